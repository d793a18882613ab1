// Makes tests/Engine.Tests/Golden/{tokenizer,bpe}/small-* with Hugging Face's tokenizers, so that a plain clone tests the numerics.
// node make-golden.mjs <Golden folder>; bpe/small-de and bpe/small-fi (copies of golden training cases) must be there.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clipTokenizer, readVocabulary } from "./clip.mjs";

const root = process.argv[2];
const version = JSON.parse(readFileSync(new URL("node_modules/tokenizers/package.json", import.meta.url))).version;
const texts = [
  "", " \t\n ", "Zwei Hunde, 1 Katze!", "It's the dog's; they'll've GONE'S", "ΣΊΣΥΦΟΣ İstanbul ǅ K ẞ", "cafe\u0301 Å한글", "日本の猫 😀👩‍👩‍👧 𠮷野家 𝒲𐐀",
  "ไทย हिन्दी বাংলা", "a<|endoftext|>b <|startoftext|> <|x|>", "\u0000\u0001\u200d\u00ad\u0085\u3000x", "10⁵ Ⅷ ٣٤ ½", "!!!'s ''t -- </w> <</w>>",
  "kraftfahrzeughaftpflichtversicherung ".repeat(3),
];
const json = (value) => JSON.stringify(value, null, 1).replace(/[\u007f-\uffff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
const encode = async (tokenizer) => Promise.all(texts.map(async (text) => (await tokenizer.encode(text)).getIds()));
const made = { tokenizers: version, binding: "node" };

const de = readVocabulary(join(root, "bpe/small-de"));
const fi = readVocabulary(join(root, "bpe/small-fi"));
const before = await encode(clipTokenizer(de));
const maxLength = 12;
mkdirSync(join(root, "tokenizer/small-encode"), { recursive: true });
writeFileSync(join(root, "tokenizer/small-encode/case.json"), json({
  kind: "encode", made_with: made, vocab: "../../bpe/small-de", tolerance: "exact", max_length: maxLength,
  items: texts.map((text, i) => ({
    text, ids: before[i], ids_cut: before[i].length <= maxLength ? before[i] : [...before[i].slice(0, maxLength - 1), de.vocab["<|endoftext|>"]],
  })),
}) + "\n");

// The rule of growth, stated on its own.
const grown = { vocab: { ...de.vocab }, merges: [...de.merges] };
const first = Object.keys(grown.vocab).length;
const added = Object.entries(fi.vocab).sort((a, b) => a[1] - b[1]).map(([token]) => token).filter((token) => !(token in de.vocab));
added.forEach((token, i) => (grown.vocab[token] = first + i));
const known = new Set(de.merges.map((m) => m.join(" ")));
const tail = fi.merges.filter((m) => !known.has(m.join(" ")));
grown.merges.push(...tail);
const folder = join(root, "bpe/small-growth");
mkdirSync(folder, { recursive: true });
const lines = (name, list) => writeFileSync(join(folder, name), list.map((line) => line + "\n").join(""));
lines("stage-1.added.txt", added);
lines("stage-1.merges_tail.txt", tail.map((m) => m.join(" ")));
lines("stage-1.ids.txt", (await encode(clipTokenizer(grown))).map((ids) => ids.join(" ")));
writeFileSync(join(folder, "case.json"), json({
  kind: "growth", made_with: made, tolerance: "exact", start: "../small-de", texts, before,
  stages: [{
    lang: "fi", from: "../small-fi", first_new_id: first, vocab_size: first + added.length, merges: grown.merges.length,
    bos: de.vocab["<|startoftext|>"], eos: de.vocab["<|endoftext|>"], pad: de.vocab["<|endoftext|>"],
    added: "stage-1.added.txt", merges_tail: "stage-1.merges_tail.txt", ids: "stage-1.ids.txt",
  }],
}) + "\n");
