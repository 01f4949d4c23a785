import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const adaptive = { claims: 'atomic-script', pool: 'adaptive' };
const LOOK_US = 60_000_000;

/** Workers after the first minute, when not one task has ended. */
const afterAMinute = ({ history: { events, timesUs }, metrics }: RunResult) => {
  const workers = events.filter(
    (event, index) => event.kind === 'worker-started' && (timesUs[index] as number) < LOOK_US,
  );
  return {
    measured: `${workers.length} after a minute; the last task starts after ${(metrics.queueWaitMs.max / 1000).toFixed(0)} s`,
    confirmed: workers.length >= 10,
  };
};

export default defineScenario({
  id: 'adaptive-stays-small',
  title: 'A pool too busy to grow',
  source: 'found by simulation: xqueue-0.0.4, solution three',
  story:
    'Fifty reports of a minute each, and all fifty may run at once. The pool begins with one worker, and may hire one every 5 s, when the ' +
    'queue is long and the average wait is long. The document lists these conditions without an "and" or an "or".',
  mechanism:
    'A wait is known once its task is claimed, and whoever could claim one is in a handler.\n' +
    'The first task waited 0.7 s: by that the queue is quick, for as long as it takes one worker to run one task.',
  workload: {
    types: { report: { limit: 50, handlerMs: 60_000 } },
    arrivals: [{ type: 'report', count: 50, atMs: 300 }],
  },
  designs: [
    { ...adaptive, id: 'all' },
    { ...adaptive, id: 'any', poolParameters: { growWhen: 'any' } },
    { id: 'typed', claims: 'type-queue', pool: 'typed' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'follows-the-load',
      documented: 'adapts to the load by itself, takes up bursts (here: one hire in 5 s makes ten in a minute)',
      on: { 'all conditions must hold': 'all', 'one suffices': 'any' },
      needsTrueTime: true,
      verdict: 'confirmed only if one suffices',
      why: 'The longer the tasks, the later the pool learns that others wait: with handlers of ten minutes it has one worker for ten minutes.',
      measure: afterAMinute,
    },
    {
      id: 'fixed-pools',
      source: 'xqueue-0.0.4, solution two',
      documented: 'a pool as large as the limit: no need to measure a wait',
      on: 'typed',
      needsTrueTime: true,
      measure: afterAMinute,
    },
  ],
});
