#!/usr/bin/env node
// Takes the fonts that the portal serves out of Fontsource's npm packages, at the versions below, into wwwroot/fonts, and writes fonts.css:
//   node tools/update-fonts.mjs
// One face per script: a browser loads a file only when a character of its range is on the page.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// [package, version, the package's style sheet, subsets taken (or which files), name of the family here]
const families = [
  ['@fontsource-variable/noto-sans', '5.3.0', 'index.css', ['latin', 'latin-ext', 'cyrillic', 'greek', 'vietnamese', 'devanagari'], 'Noto Sans'],
  ['@fontsource-variable/noto-sans-arabic', '5.3.0', 'index.css', ['arabic'], 'Noto Sans Arabic'],
  ['@fontsource-variable/noto-sans-hebrew', '5.3.0', 'index.css', ['hebrew'], 'Noto Sans Hebrew'],
  ['@fontsource-variable/noto-sans-bengali', '5.3.0', 'index.css', ['bengali'], 'Noto Sans Bengali'],
  ['@fontsource-variable/noto-sans-telugu', '5.3.0', 'index.css', ['telugu'], 'Noto Sans Telugu'],
  ['@fontsource-variable/noto-sans-thai', '5.3.0', 'index.css', ['thai'], 'Noto Sans Thai'],
  ['@fontsource/noto-sans-jp', '5.3.0', '400.css', /-\d+-400-/, 'Noto Sans JP'],
  ['@fontsource/noto-sans-kr', '5.3.0', '400.css', /-\d+-400-/, 'Noto Sans KR'],
  ['@fontsource/noto-sans-sc', '5.3.0', '400.css', /-\d+-400-/, 'Noto Sans SC'],
];

const target = new URL('../wwwroot/fonts/', import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), 'cllclip-fonts-'));
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const css = ['/* Made by tools/update-fonts.mjs; do not edit. Noto fonts, SIL Open Font License 1.1 (OFL.txt). */'];
for (const [name, version, sheet, wanted, family] of families) {
  const archive = execFileSync('npm', ['pack', '--silent', '--pack-destination', work, `${name}@${version}`], { encoding: 'utf8' }).trim();
  execFileSync('tar', ['xzf', join(work, archive), '-C', work]);
  const from = join(work, 'package');
  for (const face of readFileSync(join(from, sheet), 'utf8').match(/@font-face \{[^}]*\}/g)) {
    const file = /url\(\.\/files\/([^)]+\.woff2)\)/.exec(face)[1];
    const takes = Array.isArray(wanted) ? wanted.some((s) => file.startsWith(`${name.split('/')[1]}-${s}-wght-normal`)) : wanted.test(file);
    if (!takes) continue;
    copyFileSync(join(from, 'files', file), join(target, file));
    const weight = /font-weight: ([^;]+);/.exec(face)[1];
    const range = /unicode-range: ([^;]+);/.exec(face)[1];
    css.push(`@font-face{font-family:'${family}';font-weight:${weight};font-display:swap;src:url(${file}) format('woff2');unicode-range:${range}}`);
  }
  if (family === 'Noto Sans') copyFileSync(join(from, 'LICENSE'), join(target, 'OFL.txt'));
  rmSync(from, { recursive: true });
}
writeFileSync(join(target, 'fonts.css'), css.join('\n') + '\n');
rmSync(work, { recursive: true });
console.log(`${css.length - 1} faces`);
