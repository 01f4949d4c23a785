import { defineScenario } from '../src/scenario/define-scenario.ts';

export default defineScenario({
  id: 'wakeup-herd',
  title: 'Twenty signals, forty queries',
  source: 'async-task, root cause',
  story:
    'Twenty wake-up signals have piled up for a worker whose only task is due later. Each wake-up asks for a due task, then for ' +
    'the next due time, and learns nothing that the first did not say.',
  workload: {
    type: 'exhibition-auto-end',
    dueAtMs: [60_000],
    handlerMs: 5,
    signals: [{ atMs: 0, count: 20 }],
    durationMs: 5000,
  },
  designs: [{ wakeup: 'counting' }, { wakeup: 'drain' }],
  invariants: ['bounded-queries'],
  expectations: [
    {
      id: 'forty-queries',
      documented: '20 piled-up signals: 40 queries',
      on: 'counting',
      measure: ({ metrics }) => ({ measured: `${metrics.queries} queries`, confirmed: metrics.queries === 40 }),
    },
    {
      id: 'two-queries',
      source: 'async-task, solution one',
      documented: 'drained: 2 queries',
      on: 'drain',
      measure: ({ metrics }) => ({ measured: `${metrics.queries} queries`, confirmed: metrics.queries === 2 }),
    },
    {
      id: 'eleven-milliseconds',
      documented: '40–50 queries within 11 ms',
      on: 'counting',
      needsTrueTime: true,
      measure({ history: { events, timesUs }, metrics }) {
        const queries = timesUs.filter((_, index) => events[index]?.kind === 'query');
        const spanMs = ((queries.at(-1) ?? 0) - (queries[0] ?? 0)) / 1000;
        return {
          measured: `${metrics.queries} in ${spanMs.toFixed(1)} ms, at ${(spanMs / (queries.length - 1)).toFixed(2)} ms a query`,
          confirmed: metrics.queries === 40 && spanMs <= 11,
        };
      },
    },
    {
      id: 'herd',
      documented: 'at most two queries a wake-up by design; signals that pile up break it',
      on: 'counting',
      invariant: 'bounded-queries',
      expect: 'violated',
    },
    {
      id: 'herd-ended',
      source: 'async-task, solution one',
      documented: 'draining the channel solves it at the root',
      on: 'drain',
      invariant: 'bounded-queries',
      expect: 'holds',
    },
  ],
});
