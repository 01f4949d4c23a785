import type { History } from '../../src/history/history.ts';
import type { RunResult } from '../../src/scenario/result.ts';
import type { QueueScenario, WakeupScenario } from '../../src/scenario/scenario.ts';

/** A small sound queue scenario, with these changes. */
export function queueScenario(changes: Partial<QueueScenario> = {}): QueueScenario {
  return {
    id: 'sound',
    title: 'A sound scenario',
    source: 'a test',
    story: 'Some emails.',
    workload: { types: { email: { limit: 2, handlerMs: 100 } }, arrivals: [{ type: 'email', count: 5, atMs: 10 }] },
    designs: [
      { claims: 'single-queue-lock', pool: 'polling', workers: 2 },
      { id: 'second', claims: 'stream-group', pool: 'blocking', workers: 2 },
    ],
    invariants: ['no-task-lost', 'concurrency-limit'],
    expectations: [],
    ...changes,
  };
}

/** A small sound wake-up scenario. */
export function wakeupScenario(): WakeupScenario {
  return {
    id: 'sound-wakeup',
    title: 'A sound scenario',
    source: 'a test',
    story: 'Some signals.',
    workload: { type: 'end', dueAtMs: [50], handlerMs: 5, signals: [{ atMs: 0, count: 3 }], durationMs: 200 },
    designs: [{ wakeup: 'counting' }, { wakeup: 'drain' }],
    invariants: ['no-task-lost'],
    expectations: [],
  };
}

/** The run of a design that measured so many completed tasks. */
export function runOf(design: string, completed: number, changes: Partial<RunResult> = {}): RunResult {
  const none = { p50: 0, p90: 0, p99: 0, max: 0, samples: 0 };
  const history: History = { events: [], timesUs: [] };
  return {
    design,
    metrics: {
      submitted: completed,
      completed,
      failed: 0,
      canceled: 0,
      timedOut: 0,
      lost: 0,
      duplicated: 0,
      throughputPerSecond: 0,
      queueWaitMs: none,
      endToEndMs: none,
      concurrency: {},
      workers: { mean: 0, max: 0 },
      resizes: 0,
      utilisation: 0,
      commandsPerTask: null,
      conflictsPerTask: 0,
      emptyPolls: 0,
      redisUtilisation: null,
    },
    invariants: [],
    historyHash: null,
    history,
    ...changes,
  };
}
