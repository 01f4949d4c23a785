import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

/** Queries from the burst on: what the worker asked when it started is not the burst's doing. */
function ofTheBurst({ history: { events } }: RunResult): number {
  const burst = events.findIndex(({ kind }) => kind === 'signalled');
  return events.slice(burst).filter(({ kind }) => kind === 'query').length;
}

const twoQueries = (run: RunResult) => {
  const queries = ofTheBurst(run);
  return { measured: `${queries} queries`, confirmed: queries === 2 };
};

export default defineScenario({
  id: 'wakeup-capacity-one',
  title: 'A flag that is raised twice',
  source: 'found by simulation: async-task, solution three',
  story:
    'Twenty signals come at once, and this time the worker waits for them. It takes the first straight from the sender, so the ' +
    'channel of one is empty, and the second signal fits into it.',
  mechanism:
    'A waiting receiver takes the first signal out of the channel before the second is sent; the second stays in the channel.\n' +
    'The worker queries for the first, comes back, finds the second, and queries again, with nothing new to learn.',
  workload: {
    type: 'exhibition-auto-start-enrolling',
    dueAtMs: [60_000],
    handlerMs: 5,
    signals: [{ atMs: 1000, count: 20 }],
    durationMs: 5000,
  },
  designs: [{ wakeup: 'counting' }, { wakeup: 'drain' }, { wakeup: 'capacity-one' }, { wakeup: 'recommended' }],
  invariants: ['bounded-queries'],
  expectations: [
    {
      id: 'forty-queries',
      source: 'async-task, root cause',
      documented: '20 signals: 40 queries',
      on: 'counting',
      measure(run) {
        const queries = ofTheBurst(run);
        return { measured: `${queries} queries`, confirmed: queries === 40 };
      },
    },
    {
      id: 'drain-two-queries',
      source: 'async-task, solution one',
      documented: 'drained: 2 queries',
      on: 'drain',
      measure: twoQueries,
    },
    {
      id: 'capacity-one-two-queries',
      figure: 'wakeup-repairs',
      source: 'async-task, solution three',
      documented: 'at most one signal waits, nothing piles up: 2 queries',
      on: 'capacity-one',
      verdict: 'refuted',
      why: 'The waiting worker holds the first signal and the channel the second: two wake-ups, four queries. It is a bound still.',
      measure: twoQueries,
    },
    {
      id: 'capacity-one-wastes',
      source: 'async-task, solution three',
      documented: 'a signal is not repeated where one is there already',
      on: 'capacity-one',
      invariant: 'bounded-queries',
      expect: 'holds',
      verdict: 'refuted',
      why: 'The signal that is there already has been taken, and its query has not begun: the second repeats it.',
    },
    {
      id: 'recommended-two-queries',
      figure: 'wakeup-repairs',
      source: 'async-task, recommended combination',
      documented: 'with the channel drained as well: 2 queries',
      on: 'recommended',
      measure: twoQueries,
    },
  ],
});
