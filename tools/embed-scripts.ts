/**
 * Writes a `.lua.ts` beside each `.lua` file under src/: the source and its SHA1, so that the engine carries its scripts without
 * reading files. A line `-- @include "name.part.lua"` stands for that file, which is no script by itself. `--check` only compares
 * and fails on a difference.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const check = process.argv.includes('--check');
let stale = 0;
const scripts = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.lua') && !name.endsWith('.part.lua'),
);
for (const path of scripts.sort().map((name) => `src/${name}`)) {
  const source = readFileSync(path, 'utf8').replace(/^-- @include "(.+)"$/gm, (_, part: string) =>
    readFileSync(join(dirname(path), part), 'utf8').trimEnd(),
  );
  const sha1 = createHash('sha1').update(source).digest('hex');
  const output = `// Made from ${path.split(/[\\/]/).at(-1)} by \`npm run scripts\`. Edit that file, not this one.
export default {
  sha1: '${sha1}',
  source: ${JSON.stringify(source)},
} as const;
`;
  const target = `${path}.ts`;
  if (existsSync(target) && readFileSync(target, 'utf8') === output) continue;
  stale++;
  if (check) console.error(`${target} is not what ${path} says: run \`npm run scripts\``);
  else writeFileSync(target, output);
}
process.exit(check && stale > 0 ? 1 : 0);
