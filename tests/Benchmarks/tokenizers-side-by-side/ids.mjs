// The ids that Hugging Face's tokenizers give: node ids.mjs tokenizer.json texts.json > ids.json
import { readFileSync } from "node:fs";
import tokenizers from "tokenizers";

const [file, texts] = process.argv.slice(2);
const tokenizer = tokenizers.Tokenizer.fromString(readFileSync(file, "utf8"));
const ids = [];
for (const text of JSON.parse(readFileSync(texts, "utf8"))) ids.push((await tokenizer.encode(text)).getIds());
process.stdout.write(JSON.stringify(ids));
