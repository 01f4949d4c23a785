import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'estimates-by-pool';
const adaptive = { claims: 'atomic-script', pool: 'adaptive' };
const BURSTS = 3;
const EVERY_MS = 120_000;
const MOST = 1.2 * 10;

/** How often growing turns into shrinking, or back, while there are tasks. */
function turns({ history: { events } }: RunResult): number {
  const last = events.findLastIndex(({ kind }) => kind === 'finished');
  let count = 0;
  let before = 'worker-started';
  for (const { kind } of events.slice(0, last)) {
    if ((kind !== 'worker-started' && kind !== 'worker-stopped') || kind === before) continue;
    count++;
    before = kind;
  }
  return count;
}

export default defineScenario({
  id: 'adaptive-oscillates',
  title: 'Hired too late, fired too early',
  source: 'xqueue-0.0.4, solution three',
  story:
    'Every two minutes the same burst: forty tasks of 5 s, ten may run at once. The adaptive pool grows by queue ' +
    'length and wait, shrinks when half of it is idle, and has between 1 and 12 workers. The document gives no thresholds; its ' +
    'own warning is that it "may oscillate".',
  seeds: 3,
  workload: {
    types: { example: { limit: 10, handlerMs: 5000 } },
    arrivals: Array.from({ length: BURSTS }, (_, burst) => ({
      type: 'example',
      count: 40,
      atMs: burst * EVERY_MS + 300,
    })),
  },
  designs: [
    { ...adaptive, id: 'adaptive' },
    { ...adaptive, id: 'adaptive/any', poolParameters: { growWhen: 'any' } },
    { ...adaptive, id: 'adaptive/double', poolParameters: { step: 'double' } },
    { id: 'fixed', claims: 'type-queue', pool: 'hybrid' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'oscillates',
      figure,
      documented: 'adaptive: may oscillate (here: up and down again with every burst)',
      on: { 'it grows by one': 'adaptive', 'one condition suffices': 'adaptive/any', 'it doubles': 'adaptive/double' },
      needsTrueTime: true,
      measure(run) {
        const turned = turns(run);
        return {
          measured: `${run.metrics.resizes} resizes, ${turned} turns in ${BURSTS} bursts`,
          confirmed: turned >= 2 * (BURSTS - 1),
        };
      },
    },
    {
      id: 'takes-up-bursts',
      figure,
      documented: 'adaptive: takes up bursts (here: the median wait is at most half as long again as with fixed pools)',
      on: { 'it grows by one': 'adaptive', 'one condition suffices': 'adaptive/any', 'it doubles': 'adaptive/double' },
      needsTrueTime: true,
      verdict: 'refuted',
      why: 'One worker in 5 s: when there are enough of them, the burst is nearly over. Between bursts they are let go, one in 30 s. Doubling grows faster and forgets faster: it meets every burst with one worker again.',
      measure({ metrics }, other) {
        const fixed = other('fixed').metrics.queueWaitMs.p50;
        return {
          measured: `${(metrics.queueWaitMs.p50 / 1000).toFixed(1)} s, fixed pools ${(fixed / 1000).toFixed(1)} s`,
          confirmed: metrics.queueWaitMs.p50 <= 1.5 * fixed,
        };
      },
    },
    {
      id: 'bound',
      figure,
      documented: 'adaptive: at most 1.2 × the sum of the limits, 12 workers',
      on: { 'it grows by one': 'adaptive', 'one condition suffices': 'adaptive/any', 'it doubles': 'adaptive/double' },
      measure: ({ metrics: { workers } }) => ({ measured: `at most ${workers.max}`, confirmed: workers.max <= MOST }),
    },
  ],
});
