import { describe, expect, it } from 'vitest';
import type { EventOf } from '../../src/engine/events.ts';
import type { History } from '../../src/history/history.ts';
import { MissingCommandError } from '../../src/runtime/mock-redis.ts';
import type { Backend } from '../../src/scenario/backend.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import { SIM_BACKEND } from '../../src/scenario/sim-backend.ts';
import { UsageError } from '../../src/scenario/usage-error.ts';
import { queueScenario, wakeupScenario } from './written.ts';

const sim = { seed: 1, backend: SIM_BACKEND };

/** How long each task's handler ran, in whole ms. */
function handlerTimes({ events, timesUs }: History): Map<string, number> {
  const starts = new Map<string, number>();
  const times = new Map<string, number>();
  for (const [index, event] of events.entries()) {
    if (event.kind === 'started') starts.set(event.task, timesUs[index] as number);
    if (event.kind !== 'finished') continue;
    times.set(event.task, Math.round(((timesUs[index] as number) - (starts.get(event.task) as number)) / 1000));
  }
  return times;
}

describe('running a scenario', () => {
  it('runs every design on the seed, in the order of the scenario, and judges it', async () => {
    const scenario = queueScenario({
      expectations: [
        {
          id: 'all-complete',
          documented: 'five complete',
          on: { 'with locks': 'single-queue-lock', 'with streams': 'second' },
          measure: ({ metrics }) => ({ measured: `${metrics.completed}`, confirmed: metrics.completed === 5 }),
        },
      ],
    });
    const result = await runScenario(scenario, sim);
    expect(result).toMatchObject({ scenario: 'sound', seed: 1, backend: 'sim', timeScale: 1, skipped: [] });
    expect(result.runs.map(({ design }) => design)).toEqual(['single-queue-lock', 'second']);
    for (const { metrics, invariants, historyHash } of result.runs) {
      expect(metrics).toMatchObject({ submitted: 5, completed: 5, lost: 0 });
      expect(invariants.map(({ id, verdict }) => [id, verdict])).toEqual([
        ['no-task-lost', 'holds'],
        ['concurrency-limit', 'holds'],
      ]);
      expect(historyHash).toMatch(/^[0-9a-f]{16}$/);
    }
    expect(result.expectations.map(({ verdict }) => verdict)).toEqual(['confirmed']);
  });

  it('waits for tasks that come long after the last one has ended', async () => {
    const arrivals = [{ type: 'email', count: 3, everyMs: 400_000 }];
    const { runs } = await runScenario(
      queueScenario({ workload: { types: { email: { limit: 3, handlerMs: 100 } }, arrivals } }),
      sim,
    );
    for (const { metrics } of runs) expect(metrics).toMatchObject({ submitted: 3, completed: 3, lost: 0 });
  });

  it('gives every design the same workload: the same tasks, whose handlers take the same time', async () => {
    const types = { email: { handlerMs: [50, 500] as const, failureRate: 0.5 } };
    const scenario = queueScenario({ workload: { types, arrivals: [{ type: 'email', count: 20 }] } });
    const { runs } = await runScenario(scenario, sim);
    const [locks, streams] = runs.map(({ history }) => handlerTimes(history));
    expect(locks?.size).toBe(20);
    for (const [task, ms] of locks ?? []) expect(Math.abs((streams?.get(task) ?? 0) - ms)).toBeLessThanOrEqual(1);
    expect(runs[0]?.metrics.failed).toBe(runs[1]?.metrics.failed);
    expect(runs[0]?.metrics.failed).toBeGreaterThan(0);
  });

  it('runs one design where asked to, and does not judge what needs another', async () => {
    const scenario = queueScenario({
      expectations: [{ id: 'safe', documented: 'safe', on: 'second', invariant: 'no-task-lost', expect: 'holds' }],
    });
    const result = await runScenario(scenario, { ...sim, design: 'single-queue-lock' });
    expect(result.runs.map(({ design }) => design)).toEqual(['single-queue-lock']);
    expect(result.expectations[0]?.verdict).toBe('not judged');
  });

  it('a design runs the same alone as among others', async () => {
    const [, among] = (await runScenario(queueScenario(), sim)).runs;
    const [alone] = (await runScenario(queueScenario(), { ...sim, design: 'second' })).runs;
    expect(alone).toEqual(among);
  });

  it('refuses a design that the scenario does not have, with those that it has', async () => {
    const attempt = runScenario(queueScenario(), { ...sim, design: 'third' });
    await expect(attempt).rejects.toThrow(
      new UsageError("sound has no design 'third'; it has: single-queue-lock, second"),
    );
  });

  it('skips a design for which the backend lacks a command, and says which', async () => {
    let runs = 0;
    const backend: Backend = {
      ...SIM_BACKEND,
      run: (seed, environment, set) =>
        ++runs === 2 ? Promise.reject(new MissingCommandError('xgroup')) : SIM_BACKEND.run(seed, environment, set),
    };
    const result = await runScenario(queueScenario(), { seed: 1, backend });
    expect(result.runs.map(({ design }) => design)).toEqual(['single-queue-lock']);
    expect(result.skipped).toEqual([
      { design: 'second', reason: 'ioredis-mock has no XGROUP: use --backend sim or --backend redis' },
    ]);
  });

  it('tells in one line which run a design refuses the parameters of', async () => {
    const claimParameters = { leaseMs: 1000 };
    const designs = [{ claims: 'reliable-list', pool: 'blocking', workers: 1, claimParameters }];
    const attempt = runScenario(queueScenario({ designs }), sim);
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(/^sound, reliable-list, seed 1: leaseMs must be [^\n]+$/);
  });

  it('does not hide any other error of a run', async () => {
    const backend: Backend = { ...SIM_BACKEND, run: () => Promise.reject(new Error('out of memory')) };
    await expect(runScenario(queueScenario(), { seed: 1, backend })).rejects.toThrow(
      'sound, single-queue-lock, seed 1: out of memory',
    );
  });

  it('deals workers out to the processes in turn, named and numbered through', async () => {
    const designs = [{ claims: 'single-queue-lock', pool: 'polling', workers: 5 }];
    const { runs } = await runScenario(queueScenario({ designs, environment: { processes: 2 } }), sim);
    const started = runs[0]?.history.events.filter(
      (event): event is EventOf<'worker-started'> => event.kind === 'worker-started',
    );
    expect(started?.map(({ worker }) => worker).sort()).toEqual([1, 2, 3, 4, 5].map((number) => `worker-${number}`));
  });

  it('ends although a task can no longer be finished, once nothing has moved for long enough', async () => {
    // A handler that outlasts the token by far, behind a limit of one; a stream cut so short that most tasks are lost.
    const designs = [
      { claims: 'stream-group', pool: 'blocking', workers: 1, claimParameters: { maxLength: 1, trim: 'exact' } },
    ];
    const types = { email: { limit: 1, handlerMs: 5000 } };
    const workload = { types, arrivals: [{ type: 'email', count: 6 }] };
    const { runs } = await runScenario(queueScenario({ designs, workload }), sim);
    expect(runs[0]?.metrics.lost).toBeGreaterThan(0);
    expect(runs[0]?.metrics.completed).toBeGreaterThan(0);
  });

  it('runs wake-up scenarios: delayed tasks, signals, queries', async () => {
    const { runs } = await runScenario(wakeupScenario(), sim);
    expect(runs.map(({ design, metrics }) => [design, metrics.completed, metrics.lost])).toEqual([
      ['counting', 1, 0],
      ['drain', 1, 0],
    ]);
    const [counting, drain] = runs.map(({ metrics }) => metrics.queries ?? 0);
    expect(counting).toBeGreaterThan(drain as number);
  });
});
