import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const ENROLLING = 'exhibition-auto-start-enrolling';
const BATCH_MS = 6000;

/** The document gives no figure for pick-up: its worker looks at once, and 100 ms is the longest time that it names. */
const SOON_MS = 100;

const soon = ({ metrics: { pickUpMs, queries, lost } }: RunResult) => {
  const worst = pickUpMs?.max ?? 0;
  const measured = `${worst.toFixed(0)} ms at worst, ${queries} queries`;
  return { measured, confirmed: worst <= SOON_MS && lost === 0 };
};

/** Queries for the batch of approvals, whose tasks are due two seconds later. */
const ofTheBatch = ({ history: { events, timesUs } }: RunResult) => {
  const queries = events.filter((event, index) => {
    const ms = (timesUs[index] as number) / 1000 - BATCH_MS;
    return event.kind === 'query' && event.type === ENROLLING && ms >= 0 && ms < 1000;
  }).length;
  return { measured: `${queries} queries for ten approvals`, confirmed: queries <= 2 };
};

export default defineScenario({
  id: 'wakeup-pick-up',
  title: 'What a policy asks, and what it lets wait',
  source: 'async-task, solutions',
  story:
    'A row of tasks that are due at once; a batch of ten approvals whose tasks are due two seconds later; and cascades, where a ' +
    'task that ran adds the next and wakes its worker twice. Fewer queries are worth nothing where tasks wait for them.',
  workload: {
    type: ENROLLING,
    dueAtMs: [15_000],
    handlerMs: 5,
    signals: [],
    arrivals: [
      { atMs: 500, count: 20, everyMs: 70, afterMs: 0 },
      { atMs: BATCH_MS, count: 10, afterMs: 2000 },
      {
        atMs: 10_000,
        count: 5,
        everyMs: 50,
        afterMs: 500,
        followedBy: { type: 'exhibition-auto-end-enrolling', afterMs: 500, signals: 2 },
      },
    ],
    durationMs: 20_000,
  },
  designs: [
    { wakeup: 'counting' },
    { wakeup: 'drain' },
    { wakeup: 'dedupe' },
    { id: 'dedupe/batch', wakeup: 'dedupe', wakeupParameters: { within: 'batch' } },
    { wakeup: 'capacity-one' },
    { wakeup: 'throttle' },
    { wakeup: 'recommended' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'bounded-queries'],
  expectations: [
    {
      id: 'counting-soon',
      source: 'async-task, root cause',
      documented: 'the select returns at once when there is a signal (no figure given: within 100 ms)',
      on: 'counting',
      needsTrueTime: true,
      measure: soon,
    },
    {
      id: 'drain-soon',
      source: 'async-task, solution one',
      documented: 'the channel is drained, then the query is made (no figure given: within 100 ms)',
      on: 'drain',
      needsTrueTime: true,
      measure: soon,
    },
    {
      id: 'dedupe-soon',
      source: 'async-task, solution two',
      documented: 'repeats are removed at the caller (no figure given: within 100 ms)',
      on: { 'within a call': 'dedupe', 'within a batch': 'dedupe/batch' },
      needsTrueTime: true,
      measure: soon,
    },
    {
      id: 'capacity-one-soon',
      source: 'async-task, solution three',
      documented: 'a signal that is there already is enough (no figure given: within 100 ms)',
      on: 'capacity-one',
      needsTrueTime: true,
      measure: soon,
    },
    {
      id: 'throttle-soon',
      source: 'async-task, solution four',
      documented: 'least query interval 100 ms; what a task may wait is not said (within 100 ms, if it held)',
      on: 'throttle',
      needsTrueTime: true,
      verdict: 'refuted',
      why: 'A task whose signal was ignored waits for the next signal or due time, however far that is: see wakeup-throttle.',
      measure: soon,
    },
    {
      id: 'recommended-soon',
      source: 'async-task, recommended combination',
      documented: 'solutions one, two and three together (no figure given: within 100 ms)',
      on: 'recommended',
      needsTrueTime: true,
      measure: soon,
    },
    {
      id: 'two-for-a-batch',
      source: 'async-task, case two and solution one',
      documented: 'a batch of ten approvals piles up ten signals; the repair queries once for all (two queries)',
      on: {
        drained: 'drain',
        'of capacity one': 'capacity-one',
        'drained, of capacity one, and merged within a call': 'recommended',
        'merged within the batch': 'dedupe/batch',
      },
      verdict: 'confirmed only if merged within the batch',
      why:
        'The worker is idle, and here an approval takes as long to write as a query to answer: signals come one or two at a time, each ' +
        'with a new task, and do not pile up.',
      measure: ofTheBatch,
    },
    {
      id: 'two-a-task',
      needsTrueTime: true,
      source: 'async-task, why "at most two queries"',
      documented: 'one wake-up a task, two queries a task',
      on: { drained: 'drain', 'recommended combination': 'recommended' },
      verdict: 'refuted',
      why: 'A task wakes its worker when it is added and again when it is due, and once it has run the worker asks again.',
      measure({ metrics: { queries = 0, submitted } }) {
        const each = queries / submitted;
        return { measured: `${each.toFixed(1)} a task`, confirmed: each <= 2 };
      },
    },
  ],
});
