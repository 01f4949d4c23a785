import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listScenarios, loadScenario } from '../../src/scenario/load.ts';
import { UsageError } from '../../src/scenario/usage-error.ts';
import { queueScenario } from './written.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windtunnel-load-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, source: string): string {
  const path = join(folder, name);
  writeFileSync(path, source);
  return path;
}

async function refusal(idOrPath: string): Promise<string> {
  const error: unknown = await loadScenario(idOrPath).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

describe('the project’s scenarios', () => {
  it('are listed by id, each under the name of its file', async () => {
    const ids = (await listScenarios()).map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
    expect(ids).toContain('zpopmin-loss');
    for (const id of ids) expect((await loadScenario(id)).id).toBe(id);
  });

  it.each([
    [
      'zpopmin-los',
      "there is no scenario 'zpopmin-los': did you mean zpopmin-loss? windtunnel scenario --list shows all",
    ],
    [
      'acceptance-2O',
      "there is no scenario 'acceptance-2O': did you mean acceptance-20? windtunnel scenario --list shows all",
    ],
    [
      'zpopmin',
      "there is no scenario 'zpopmin': did you mean zpopmin-loss or zpopmin-throughput? windtunnel scenario --list shows all",
    ],
    ['qqqqqqqqqqqq', "there is no scenario 'qqqqqqqqqqqq': windtunnel scenario --list shows all"],
  ])('an unknown id %s is refused, with what is near to it', async (id, message) => {
    expect(await refusal(id)).toBe(message);
  });
});

describe('a scenario of one’s own', () => {
  it('is loaded by its path', async () => {
    const path = file('mine.mjs', `export default ${JSON.stringify(queueScenario())};`);
    expect(await loadScenario(path)).toEqual(queueScenario());
  });

  it('that is not there is refused by its path', async () => {
    const path = join(folder, 'nowhere.ts');
    expect(await refusal(path)).toBe(`there is no scenario file ${path}: check the path`);
  });

  it('that throws is refused with the first line of its error', async () => {
    const path = file('throws.mjs', "throw new Error('out of luck\\nsecond line');");
    expect(await refusal(path)).toBe('throws.mjs does not load: out of luck');
  });

  it('that does not parse is refused in one line', async () => {
    expect(await refusal(file('broken.mjs', 'export default {'))).toMatch(/^broken\.mjs does not load: [^\n]+$/);
  });

  it('that has no default export is refused with what to write', async () => {
    expect(await refusal(file('empty.mjs', 'export const scenario = {};'))).toBe(
      'empty.mjs exports no scenario: write `export default defineScenario({ … })`',
    );
  });

  it('that breaks the schema is refused with the place', async () => {
    const path = file('wrong.mjs', `export default ${JSON.stringify({ ...queueScenario(), title: 7 })};`);
    expect(await refusal(path)).toMatch(/^(wrong\.mjs: )?scenario 'sound': title: invalid input: expected string/);
  });

  it('that names what there is not is refused by that name', async () => {
    const path = file(
      'unknown.mjs',
      `export default ${JSON.stringify({ ...queueScenario(), invariants: ['magic'] })};`,
    );
    expect(await refusal(path)).toMatch(/there is no invariant 'magic'/);
  });
});
