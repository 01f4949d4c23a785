import { describe, expect, it } from 'vitest';
import { MissingDatabaseError } from '../../src/runtime/embedded-postgres.ts';
import type { Backend } from '../../src/scenario/backend.ts';
import { defineScenario } from '../../src/scenario/define-scenario.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { WakeupDesign, WakeupWorkload } from '../../src/scenario/scenario.ts';
import { SIM_BACKEND } from '../../src/scenario/sim-backend.ts';
import { wakeupScenario } from './written.ts';

async function run(workload: Partial<WakeupWorkload>, design: WakeupDesign = { wakeup: 'drain' }) {
  const quiet = { type: 'end', dueAtMs: [], handlerMs: 5, signals: [], durationMs: 10_000 };
  const scenario = defineScenario({ ...wakeupScenario(), workload: { ...quiet, ...workload }, designs: [design] });
  const { runs } = await runScenario(scenario, { seed: 1, backend: SIM_BACKEND });
  return runs[0] as (typeof runs)[number];
}

const signalsOf = ({ history }: Awaited<ReturnType<typeof run>>) =>
  history.events.filter(({ kind }) => kind === 'signalled').length;

describe('a wake-up scenario', () => {
  it('measures pick-up from when a task is both added and due', async () => {
    const { metrics } = await run({ dueAtMs: [2000], arrivals: [{ atMs: 1000, afterMs: 3000 }] });
    expect(metrics.pickUpMs).toMatchObject({ samples: 2 });
    expect(metrics.pickUpMs?.max).toBeLessThan(2);
  });

  it('a task whose call sends no signal waits for the worker’s timer', async () => {
    const { metrics } = await run({ dueAtMs: [5000], arrivals: [{ atMs: 1000, afterMs: 0, signals: 0 }] });
    expect(metrics.pickUpMs?.max).toBeGreaterThan(3990);
    expect(metrics.lost).toBe(0);
  });

  it('has no pick-up without delayed tasks that are to run', async () => {
    expect((await run({ dueAtMs: [60_000], signals: [{ atMs: 5, count: 2 }] })).metrics).not.toHaveProperty('pickUpMs');
  });

  it('a handler may add the next task, of a type of its own, and wake its worker', async () => {
    const { history, metrics } = await run({
      arrivals: [{ atMs: 100, afterMs: 50, followedBy: { type: 'next', afterMs: 500, signals: 2 } }],
    });
    const started = history.events.flatMap((event, index) =>
      event.kind === 'started' ? [{ ...event, atMs: (history.timesUs[index] as number) / 1000 }] : [],
    );
    expect(started.map(({ task, type }) => [task, type])).toEqual([
      ['t1', 'end'],
      ['t1.1', 'next'],
    ]);
    const [first, next] = started.map(({ atMs }) => atMs) as [number, number];
    expect(first).toBeGreaterThanOrEqual(150);
    expect(next - first).toBeGreaterThanOrEqual(505);
    expect(next - first).toBeLessThan(510);
    expect(metrics.completed).toBe(2);
  });

  it.each([
    ['counting', {}, 12],
    ['dedupe', { within: 'call' }, 4],
    ['dedupe', { within: 'batch' }, 2],
  ])('%s %j: calls in a row are a batch, calls at intervals are not', async (wakeup, wakeupParameters, signals) => {
    const batch = { atMs: 1000, afterMs: 0, count: 3, signals: 3 };
    const arrivals = [batch, { atMs: 2000, afterMs: 0, everyMs: 10, signals: 3 }];
    expect(signalsOf(await run({ arrivals }, { wakeup, wakeupParameters }))).toBe(signals);
  });

  it('utilisation counts all workers of all types', async () => {
    const workload = { handlerMs: 1000, arrivals: [{ atMs: 0, afterMs: 0, followedBy: { type: 'next', afterMs: 0 } }] };
    const design = { wakeup: 'drain', fetch: 'claims', workersPerType: 5 } as const;
    expect((await run(workload)).metrics.utilisation).toBeCloseTo(0.5, 2);
    expect((await run(workload, design)).metrics.utilisation).toBeCloseTo(0.1, 2);
  });

  it.each([
    ['memory', { commandsPerTask: null, redisUtilisation: null }, undefined],
    // Creates the table and its index, adds, finds the task, removes it; then, and at the beginning, finds none and asks for a time.
    ['sql', { commandsPerTask: null, redisUtilisation: null }, 2 + 2 + 1 + 1 + 1 + 2],
    ['redis', { commandsPerTask: 7 }, undefined],
  ] as const)(
    'keeps delayed tasks in %s where its design says so, and asks nobody else',
    async (store, counted, statements) => {
      const { metrics } = await run({ arrivals: [{ atMs: 100, afterMs: 0 }] }, { wakeup: 'drain', store });
      expect(metrics).toMatchObject({ completed: 1, queries: 5, ...counted });
      expect(metrics.sqlStatements).toBe(statements);
    },
  );

  it('is skipped, with the way out, where there is no database to be had', async () => {
    const backend: Backend = {
      name: 'mock',
      timeScale: 1,
      run: () => Promise.reject(new MissingDatabaseError(new Error('not installed'))),
      close: async () => {},
    };
    const { runs, skipped } = await runScenario(defineScenario(wakeupScenario()), {
      seed: 1,
      backend,
      design: 'drain',
    });
    expect(runs).toEqual([]);
    expect(skipped).toEqual([
      { design: 'drain', reason: 'it needs PGlite, an embedded PostgreSQL: npm install @electric-sql/pglite' },
    ]);
  });

  it.each([
    [{ within: 'day' }, "dedupe: parameter 'within' must be 'call' or 'batch', not \"day\""],
    [{ patience: 3 }, "dedupe has no parameter 'patience'; it has: within"],
  ])('refuses the policy parameters %j', async (wakeupParameters, message) => {
    await expect(run({}, { wakeup: 'dedupe', wakeupParameters })).rejects.toThrow(message);
  });

  it('refuses a follow-up that it does not understand, and says where', async () => {
    const arrivals = [{ atMs: 0, afterMs: 0, followedBy: { afterMs: -1 } }];
    await expect(run({ arrivals })).rejects.toThrow('workload.arrivals.0.followedBy.afterMs: too small');
  });
});
