#!/usr/bin/env node
// Takes the browser libraries that the portal serves out of their npm packages, at the versions below, into wwwroot/lib, each with its licence:
//   node tools/update-scripts.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// [package, version, folder here, the package's files taken]
const libraries = [['tus-js-client', '4.3.1', 'tus', ['dist/tus.min.js', 'LICENSE']]];

const target = new URL('../wwwroot/lib/', import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), 'cllclip-scripts-'));
rmSync(target, { recursive: true, force: true });
for (const [name, version, folder, files] of libraries) {
  const archive = execFileSync('npm', ['pack', '--silent', '--pack-destination', work, `${name}@${version}`], { encoding: 'utf8' }).trim();
  execFileSync('tar', ['xzf', join(work, archive), '-C', work]);
  mkdirSync(join(target, folder), { recursive: true });
  for (const file of files) {
    const isScript = file.endsWith('.js');
    const text = readFileSync(join(work, 'package', file), 'utf8').replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '\n'); // the map is not served
    const head = isScript ? `/*! ${name} ${version}, licence beside it */\n` : '';
    writeFileSync(join(target, folder, file.split('/').pop() + (isScript ? '' : '.txt')), head + text);
  }
  rmSync(join(work, 'package'), { recursive: true });
  console.log(`${name} ${version}`);
}
rmSync(work, { recursive: true });
