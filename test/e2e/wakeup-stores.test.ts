import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backend, openBackend } from '../../src/scenario/backend.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { RunResult } from '../../src/scenario/result.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import { SIM_BACKEND } from '../../src/scenario/sim-backend.ts';

/** Long enough for a PGlite on a busy machine to answer forty queries. */
const TIME_SCALE = 0.4;

/** What does not depend on how fast the world is. */
function counted({ runs }: { runs: readonly RunResult[] }): unknown {
  return runs.map(({ design, metrics: { queries, signals, sqlStatements } }) => ({
    design,
    queries,
    signals,
    sqlStatements,
  }));
}

describe('a PGlite in real time', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend({ name: 'mock', timeScale: TIME_SCALE });
    // It takes seconds to start, on a busy machine many.
    await backend.run(1, {}, (world) => {
      world.machine('app', async ({ sql }) => void (await sql.query('SELECT 1')));
    });
  }, 180_000);
  afterAll(() => backend.close());

  it.each([
    ['counting/sql', 40],
    ['drain/sql', 2],
    ['recommended/sql', 2],
  ])('is asked by %s as often as the simulated database: %i times', async (design, queries) => {
    const scenario = await loadScenario('wakeup-stores');
    const real = await runScenario(scenario, { seed: 1, backend, design });
    const simulated = await runScenario(scenario, { seed: 1, backend: SIM_BACKEND, design });
    expect(real.runs[0]?.metrics).toMatchObject({ queries, sqlStatements: queries + 3 });
    expect(counted(real)).toEqual(counted(simulated));
  });

  it('gives each run a database of its own', async () => {
    const rows: unknown[][] = [];
    for (let count = 0; count < 2; count++) {
      await backend.run(1, {}, (world) => {
        world.machine('app', async ({ sql }) => {
          await sql.query('CREATE TABLE left_behind (id TEXT)');
          await sql.query('INSERT INTO left_behind VALUES ($1)', ['t1']);
          rows.push([...(await sql.query('SELECT id FROM left_behind')).rows]);
        });
      });
    }
    expect(rows).toEqual([[{ id: 't1' }], [{ id: 't1' }]]);
  });
});
