#!/usr/bin/env node
// Adds translations to the resource files of a folder of Portal/, sorted, replacing those that are there:
//   node tools/translations.mjs Features/Search ar < translations.json        {"English text": "translation", ...}
// A text whose translation is null is taken out. What is missing: see tests/Portal.Tests/Localization/TranslationTests.cs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, language] = process.argv.slice(2);
if (!folder || !language) {
  console.error('Usage: node tools/translations.mjs FOLDER LANGUAGE < translations.json');
  process.exit(2);
}
const file = join(new URL('../Portal/', import.meta.url).pathname, folder, `Text.${language}.resx`);
const escape = (s) => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const unescape = (s) => s.replaceAll('&quot;', '"').replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
const texts = new Map();
if (existsSync(file))
  for (const [, name, value] of readFileSync(file, 'utf8').matchAll(/<data name="([^"]*)"[^>]*>\s*<value>([^<]*)<\/value>/g)) texts.set(unescape(name), unescape(value));
let added = 0;
for (const [english, text] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  if (text === null) texts.delete(english);
  else if (text !== '') {
    texts.set(english, text);
    added++;
  }
}
const header = ['resmimetype', 'text/microsoft-resx', 'version', '2.0', 'reader', 'System.Resources.ResXResourceReader, System.Windows.Forms', 'writer', 'System.Resources.ResXResourceWriter, System.Windows.Forms'];
const lines = ['<?xml version="1.0" encoding="utf-8"?>', '<root>'];
for (let i = 0; i < header.length; i += 2) lines.push(`  <resheader name="${header[i]}"><value>${header[i + 1]}</value></resheader>`);
for (const english of [...texts.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
  lines.push(`  <data name="${escape(english)}" xml:space="preserve">`, `    <value>${escape(texts.get(english))}</value>`, '  </data>');
lines.push('</root>', '');
writeFileSync(file, lines.join('\n'));
console.log(`${file}: ${texts.size} texts, ${added} given`);
