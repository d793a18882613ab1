// Called by `dotnet run -c Release --project tests/Benchmarks -- tokenizer`:
//   node side.mjs corpus.txt texts.txt vocabulary-folder rounds   trains on the corpus, encodes the texts
//   node side.mjs corpus.txt                                      trains once, for its progress bar to be read
import { readFileSync } from "node:fs";
import { clipTokenizer, readVocabulary } from "./clip.mjs";

const [corpus, textFile, folder, rounds] = [process.argv[2], process.argv[3], process.argv[4], Number(process.argv[5])];
if (!textFile) {
  const tokenizer = clipTokenizer({ vocab: {}, merges: [] }, "");
  console.log("begins");
  tokenizer.train([corpus]);
  process.exit(0);
}
const texts = readFileSync(textFile, "utf8").split("\n").slice(0, -1);
const chunks = [];
for (let i = 0; i < texts.length; i += 1000) chunks.push(texts.slice(i, i + 1000));

// Processor time of all threads, milliseconds: what else runs on the machine disturbs it little.
function now() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function encodeAll(tokenizer, visit) {
  const start = now();
  for (const chunk of chunks) {
    const encodings = await tokenizer.encodeBatch(chunk);
    if (visit) for (const encoding of encodings) visit(encoding.getIds());
  }
  return now() - start;
}

const train = [];
let trained;
for (let round = -1; round < rounds; round++) {
  trained = clipTokenizer({ vocab: {}, merges: [] }, "");
  const start = now();
  trained.train([corpus]);
  if (round >= 0) train.push(now() - start);
}

const [cold, warm] = [[], []];
const vocabulary = readVocabulary(folder);
for (let round = -1; round < rounds; round++) {
  const tokenizer = clipTokenizer(vocabulary);
  const [first, second] = [await encodeAll(tokenizer), await encodeAll(tokenizer)];
  if (round >= 0) { cold.push(first); warm.push(second); }
}

let checksum = 2166136261;
await encodeAll(clipTokenizer(vocabulary), (ids) => {
  for (const id of ids) checksum = Math.imul(checksum ^ id, 16777619) >>> 0;
});
const tokens = Object.entries(trained.getVocab()).sort((a, b) => a[1] - b[1]).map(([token]) => token);
console.log("\n" + JSON.stringify({ train, cold, warm, checksum, tokens }));
