/**
 * Writes a `.lua.ts` beside each `.lua` file under src/: the source and its SHA1, so that the engine carries its scripts without
 * reading files, and `src/engine/script-names.ts`, which tells a script by its SHA1. A line `-- @include "name.part.lua"` stands for that file, which is no script by itself. `--check` only compares
 * and fails on a difference.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const check = process.argv.includes('--check');
let stale = 0;
const names = new Map<string, string>();

function write(target: string, output: string, origin: string): void {
  if (existsSync(target) && readFileSync(target, 'utf8') === output) return;
  stale++;
  if (check) console.error(`${target} is not what ${origin} says: run \`npm run scripts\``);
  else writeFileSync(target, output);
}

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
  write(`${path}.ts`, output, path);
  names.set(sha1, basename(path, '.lua'));
}
const lines = [...names].map(([sha1, name]) => `  ['${sha1}', '${name}'],\n`).join('');
write(
  'src/engine/script-names.ts',
  `// Made from the .lua files by \`npm run scripts\`.
/** The engine's scripts by their SHA1, named after their files. */
export const SCRIPT_NAMES: ReadonlyMap<string, string> = new Map([
${lines}]);
`,
  'the .lua files',
);
process.exit(check && stale > 0 ? 1 : 0);
