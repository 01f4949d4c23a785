import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'estimates-by-pool';

/** Judged by the longest wait. */
function within(ms: number) {
  return ({ metrics: { queueWaitMs } }: RunResult) => ({
    measured: `p50 ${queueWaitMs.p50.toFixed(1)} ms, max ${queueWaitMs.max.toFixed(1)} ms`,
    confirmed: queueWaitMs.max < ms,
  });
}

export default defineScenario({
  id: 'pickup-by-pool',
  title: 'Six ways to pick up a task',
  source: 'xqueue-0.0.4, estimate table',
  story:
    'An `email` every 1.7 s and an `example` every 6.1 s: less than two tasks at once on average, and always a token. How long does a task ' +
    'wait at worst to be picked up? The document estimates it for an urgent repair and five architectures (and for today: pickup-today). ' +
    'Where it says "very low" it means below 10 ms, where it says "low", below 100 ms, as in the rows that have a number.',
  seeds: 3,
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 }, email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'email', count: 20, atMs: 300, everyMs: 1700 },
      { type: 'example', count: 6, atMs: 700, everyMs: 6100 },
    ],
  },
  designs: [
    { id: 'urgent repair', claims: 'random-offset-lock', pool: 'polling', workers: 10 },
    { id: 'event-driven', claims: 'atomic-script', pool: 'event-driven', workers: 10 },
    { id: 'typed', claims: 'type-queue', pool: 'typed' },
    { id: 'adaptive', claims: 'atomic-script', pool: 'adaptive' },
    { id: 'adaptive/100-ms-polls', claims: 'atomic-script', pool: 'adaptive', poolParameters: { intervalMs: 100 } },
    { id: 'coroutine', claims: 'atomic-script', pool: 'coroutine' },
    { id: 'coroutine/5-ms-polls', claims: 'atomic-script', pool: 'coroutine', poolParameters: { intervalMs: 5 } },
    { id: 'hybrid', claims: 'type-queue', pool: 'hybrid' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'urgent-1-s',
      figure,
      documented: 'urgent repair: medium (1 s)',
      on: 'urgent repair',
      needsTrueTime: true,
      measure: within(1100),
    },
    {
      id: 'event-driven-10-ms',
      figure,
      documented: 'event-driven: very low (< 10 ms)',
      on: 'event-driven',
      needsTrueTime: true,
      measure: within(10),
    },
    {
      id: 'typed-100-ms',
      figure,
      documented: 'typed: low (< 100 ms)',
      on: 'typed',
      needsTrueTime: true,
      measure: within(100),
    },
    {
      id: 'adaptive-low',
      figure,
      documented: 'adaptive: low',
      on: { 'its workers look every second': 'adaptive', 'its workers look every 100 ms': 'adaptive/100-ms-polls' },
      verdict: 'refuted',
      why: 'It starts with one worker and grows by queue length or waiting time. One `example` of 5 s holds that worker, and everything else waits until the pool has seen enough of a queue to grow. The document gives no thresholds; with any, the first task of a burst pays for the measurement.',
      needsTrueTime: true,
      measure: within(100),
    },
    {
      id: 'coroutine-very-low',
      figure,
      documented: 'coroutines: very low',
      on: { 'the feeder looks every 10 ms': 'coroutine', 'the feeder looks every 5 ms': 'coroutine/5-ms-polls' },
      verdict: 'confirmed only if the feeder looks every 5 ms',
      why: 'In the document the tasks come through a channel in memory. Over Redis somebody has to look, and the latency is the interval: at 5 ms it is very low, for some hundreds of commands a task.',
      needsTrueTime: true,
      measure: (run) => {
        const { measured, confirmed } = within(10)(run);
        return {
          measured: `${measured}, ${run.metrics.commandsPerTask?.toFixed(0) ?? '–'} commands a task`,
          confirmed,
        };
      },
    },
    {
      id: 'hybrid-very-low',
      figure,
      documented: 'hybrid: very low',
      on: 'hybrid',
      needsTrueTime: true,
      measure: within(10),
    },
  ],
});
