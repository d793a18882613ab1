// All names and keyword lists of npm cldr-annotations-full and -derived-full, one text a line: node cldr-texts.mjs FOLDER... > corpus.txt
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const lines = [];
for (const folder of process.argv.slice(2)) {
  for (const file of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith("annotations.json")).sort()) {
    const root = Object.values(JSON.parse(readFileSync(join(folder, file), "utf8")))[0]; // "annotations" or "annotationsDerived"
    for (const entry of Object.values(root.annotations ?? {})) lines.push(...(entry.tts ?? []), ...(entry.default ? [entry.default.join(", ")] : []));
  }
}
process.stdout.write(lines.map((line) => line.replace(/\s+/g, " ") + "\n").join(""));
