import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const twoQueries = ({ metrics }: RunResult) => ({
  measured: `${metrics.queries} queries`,
  confirmed: metrics.queries === 2,
});

export default defineScenario({
  id: 'wakeup-herd',
  title: 'Twenty signals, forty queries',
  source: 'async-task, root cause',
  story:
    'Twenty wake-up signals have piled up for a worker whose only task is due later. Each wake-up asks for a due task, then for ' +
    'the next due time, and learns nothing that the first did not say. Each of the four repairs, and three of them together, are ' +
    'to make it two queries.',
  workload: {
    type: 'exhibition-auto-end',
    dueAtMs: [60_000],
    handlerMs: 5,
    signals: [{ atMs: 0, count: 20 }],
    durationMs: 5000,
  },
  designs: [
    { wakeup: 'counting' },
    { wakeup: 'drain' },
    { wakeup: 'dedupe' },
    { id: 'dedupe/batch', wakeup: 'dedupe', wakeupParameters: { within: 'batch' } },
    { wakeup: 'capacity-one' },
    { wakeup: 'throttle' },
    { wakeup: 'recommended' },
    ...['counting', 'drain', 'recommended'].map((wakeup) => ({ id: `${wakeup}/3`, wakeup, workersPerType: 3 })),
  ],
  invariants: ['bounded-queries'],
  expectations: [
    {
      id: 'forty-queries',
      figure: 'twenty-signals',
      documented: '20 piled-up signals: 40 queries',
      on: 'counting',
      measure: ({ metrics }) => ({ measured: `${metrics.queries} queries`, confirmed: metrics.queries === 40 }),
    },
    {
      id: 'two-queries',
      figure: 'twenty-signals',
      source: 'async-task, solution one',
      documented: 'drained: 2 queries',
      on: 'drain',
      measure: twoQueries,
    },
    {
      id: 'eleven-milliseconds',
      figure: 'twenty-signals',
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
      id: 'rows-in-turn',
      source: 'async-task, from the log',
      documented: 'the log alternates: one row, no row, twenty times over',
      on: 'counting',
      measure({ history: { events } }) {
        const rows = events.flatMap((event) => (event.kind === 'query' ? [event.found ? 1 : 0] : []));
        const alternates = rows.every((row, index) => row === index % 2);
        return { measured: `rows ${rows.slice(0, 4).join(', ')}, … ${rows.length} in all`, confirmed: alternates };
      },
    },
    {
      id: 'drained-twenty',
      source: 'async-task, verification',
      documented: 'the log line "Drained 20 signals" proves the cause',
      on: 'drain',
      verdict: 'refuted',
      why: 'The select has taken the first signal before the loop counts: of twenty signals it drains nineteen.',
      measure({ history: { events } }) {
        const drained = events.flatMap((event) => (event.kind === 'woken' && event.drained > 0 ? [event.drained] : []));
        return { measured: `drained ${drained.join(', ')}`, confirmed: drained.length === 1 && drained[0] === 20 };
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
      figure: 'wakeup-repairs',
      source: 'async-task, solution one',
      documented: 'draining the channel solves it at the root',
      on: 'drain',
      invariant: 'bounded-queries',
      expect: 'holds',
    },
    {
      id: 'dedupe-ends-it',
      figure: 'wakeup-repairs',
      source: 'async-task, solution two',
      documented: 'several wake-ups are merged into one: 2 queries',
      on: { 'each call removes its own repeats': 'dedupe', 'the twenty calls merge theirs': 'dedupe/batch' },
      verdict: 'confirmed only if the twenty calls merge theirs',
      why: 'The documented code removes repeats within one call; twenty calls that signal once each have none to remove.',
      measure: twoQueries,
    },
    {
      id: 'capacity-one-ends-it',
      figure: 'wakeup-repairs',
      source: 'async-task, solution three',
      documented: 'at most one signal waits: 2 queries',
      on: 'capacity-one',
      measure: twoQueries,
    },
    {
      id: 'throttle-ends-it',
      figure: 'wakeup-repairs',
      source: 'async-task, solution four',
      documented: 'signals within 100 ms of a query are ignored: 2 queries',
      on: 'throttle',
      needsTrueTime: true,
      measure: twoQueries,
    },
    {
      id: 'recommended-ends-it',
      figure: 'wakeup-repairs',
      source: 'async-task, recommended combination',
      documented: 'drain, capacity one and dedupe together: 2 queries',
      on: 'recommended',
      measure: twoQueries,
    },
    {
      id: 'three-share-the-herd',
      documented: '(several workers are not documented) three on one channel: 40 queries still',
      on: 'counting/3',
      measure: ({ metrics }) => ({ measured: `${metrics.queries} queries`, confirmed: metrics.queries === 40 }),
    },
    {
      id: 'three-look-once-each',
      source: 'async-task, solution one, and recommended combination',
      documented: '(several workers are not documented) drained, three on one channel make two queries each at most: 6',
      on: { drained: 'drain/3', 'recommended combination': 'recommended/3' },
      measure: ({ metrics: { queries = 0 } }) => ({ measured: `${queries} queries`, confirmed: queries <= 6 }),
    },
  ],
});
