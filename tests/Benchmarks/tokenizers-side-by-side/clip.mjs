// CLIP's tokenizer as transformers' converter builds it, over a folder with vocab.json and merges.txt.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import tokenizers from "tokenizers";

const START = "<|startoftext|>";
const END = "<|endoftext|>";
const WORD = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

export function readVocabulary(folder) {
  const vocab = JSON.parse(readFileSync(join(folder, "vocab.json"), "utf8"));
  const merges = readFileSync(join(folder, "merges.txt"), "utf8").split("\n").filter((line) => line && !line.startsWith("#version"));
  return { vocab, merges: merges.map((line) => line.split(" ")) };
}

export function clipTokenizer({ vocab, merges }, suffix = "</w>") {
  const special = (content) => ({
    id: vocab[content], content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true,
  });
  const withSpecial = vocab[START] !== undefined;
  return tokenizers.Tokenizer.fromString(JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: withSpecial ? [special(START), special(END)].sort((a, b) => a.id - b.id) : [],
    normalizer: {
      type: "Sequence",
      normalizers: [{ type: "NFC" }, { type: "Replace", pattern: { Regex: "\\s+" }, content: " " }, { type: "Lowercase" }],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: WORD }, behavior: "Removed", invert: true },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: withSpecial
      ? { type: "RobertaProcessing", sep: [END, vocab[END]], cls: [START, vocab[START]], trim_offsets: false, add_prefix_space: false }
      : null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE", dropout: null, unk_token: withSpecial ? END : null, continuing_subword_prefix: "", end_of_word_suffix: suffix || null,
      fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab, merges,
    },
  }));
}
