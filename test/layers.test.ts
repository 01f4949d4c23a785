import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'layers-'));
  for (const path of ['biome.json', 'tools/no-math-random.grit']) cpSync(join(ROOT, path), join(folder, path));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the linter, with the project's rules, says of a file. */
function lint(layer: string, source: string): string {
  const path = join(folder, 'src', layer, 'probe.ts');
  mkdirSync(join(folder, 'src', layer), { recursive: true });
  writeFileSync(path, source);
  const args = [BIOME, 'lint', '--colors=off', '--vcs-enabled=false', `src/${layer}/probe.ts`];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return stdout + stderr;
}

describe('the layer rule', () => {
  test.each([
    ['engine', 'history/history.ts'],
    ['engine', 'simulation/simulation.ts'],
    ['history', 'metrics/measure.ts'],
    ['metrics', 'simredis/client.ts'],
    ['simulation', 'simredis/server.ts'],
    ['simulation', 'simlog/broker.ts'],
    ['simredis', 'simlog/node.ts'],
    ['simredis', 'simsql/node.ts'],
    ['simredis', 'runtime/system-clock.ts'],
    ['simlog', 'simredis/client.ts'],
    ['simlog', 'runtime/system-clock.ts'],
    ['simsql', 'simlog/node.ts'],
    ['simsql', 'runtime/system-clock.ts'],
    ['runtime', 'scenario/load.ts'],
    ['scenario', 'report/json.ts'],
    ['report', 'cli/main.ts'],
  ])('refuses an import from %s of %s, which is below it', (layer, target) => {
    expect(lint(layer, `import '../${target}';\n`)).toContain('The layer rule');
  });

  test('lets a layer import from one above it', () => {
    expect(lint('scenario', "import '../engine/task.ts';\n")).not.toContain('The layer rule');
  });

  test.each([
    "import { readFileSync } from 'node:fs';\nreadFileSync('x');\n",
    'export const now = Date.now();\n',
    'export const later = setTimeout;\n',
    'export const roll = Math.random();\n',
  ])('refuses %j in the engine', (source) => {
    expect(lint('engine', source)).toMatch(/through (its|the) ports|Random port/);
  });

  test('of ioredis the engine takes only types', () => {
    const folder = join(ROOT, 'src/engine');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const imports = files.flatMap(
      (name) => readFileSync(join(folder, name), 'utf8').match(/^import .*'ioredis';$/gm) ?? [],
    );
    expect(imports.length).toBeGreaterThan(0);
    for (const line of imports) expect(line).toMatch(/^import type /);
  });
});
