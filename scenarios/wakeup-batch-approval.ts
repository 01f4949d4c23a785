import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const POLICIES = ['counting', 'drain', 'dedupe', 'capacity-one', 'throttle', 'recommended'] as const;
const APPROVALS = { count: 10, afterMs: 10_000 };
/** In ms: the worker is at work from 1 s to 1.2 s. */
const BUSY = { from: 1050, until: 2000 };
const IDLE = { from: 6000, until: 7000 };

/** What happened within a span of the run. */
function eventsIn({ history: { events, timesUs } }: RunResult, { from, until }: typeof BUSY) {
  return events.filter((_, index) => {
    const ms = (timesUs[index] as number) / 1000;
    return ms >= from && ms < until;
  });
}

const queriesIn = (run: RunResult, span: typeof BUSY) =>
  eventsIn(run, span).filter(({ kind }) => kind === 'query').length;

const twoQueries = (span: typeof BUSY) => (run: RunResult) => {
  const queries = queriesIn(run, span);
  return { measured: `${queries} queries`, confirmed: queries <= 2 };
};

export default defineScenario({
  id: 'wakeup-batch-approval',
  title: 'A batch of ten approvals',
  source: 'async-task, case two',
  story:
    'Somebody approves ten exhibitions in a row. Each approval writes a task that is due in ten seconds, and wakes the worker of ' +
    'its type. The first batch finds the worker at work, the second finds it idle. Tasks lie in a database, as in the document.',
  workload: {
    type: 'exhibition-auto-start-enrolling',
    dueAtMs: [],
    handlerMs: 200,
    signals: [],
    arrivals: [
      { atMs: 1000, afterMs: 0 },
      { atMs: BUSY.from, ...APPROVALS },
      { atMs: IDLE.from, ...APPROVALS },
    ],
    durationMs: 20_000,
  },
  designs: [
    ...POLICIES.map((wakeup) => ({ wakeup, store: 'sql' as const })),
    { id: 'dedupe/batch', wakeup: 'dedupe', wakeupParameters: { within: 'batch' }, store: 'sql' },
    ...['counting', 'recommended'].map((wakeup) => ({
      id: `${wakeup}/3`,
      wakeup,
      store: 'sql' as const,
      workersPerType: 3,
      fetch: 'claims' as const,
    })),
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'bounded-queries'],
  expectations: [
    {
      id: 'ten-signals',
      documented: 'a batch of ten approvals sends ten signals to one channel',
      on: 'counting',
      measure(run) {
        const sent = eventsIn(run, BUSY).filter(({ kind }) => kind === 'signalled').length;
        return { measured: `${sent} signals`, confirmed: sent === 10 };
      },
    },
    {
      id: 'twenty-queries',
      source: 'async-task, case two, and why "at most two queries"',
      documented: 'signals pile up, and N of them make 2N queries: twenty for ten approvals',
      on: 'counting',
      measure(run) {
        const queries = queriesIn(run, BUSY);
        return { measured: `${queries} queries`, confirmed: queries === 20 };
      },
    },
    {
      id: 'two-for-a-busy-worker',
      figure: 'wakeup-repairs',
      source: 'async-task, solutions',
      documented: 'each repair ends the herd: two queries for the ten signals that wait for a busy worker',
      on: {
        drained: 'drain',
        'repeats removed within a call': 'dedupe',
        'merged within the batch': 'dedupe/batch',
        'of capacity one': 'capacity-one',
        throttled: 'throttle',
        'the recommended combination': 'recommended',
      },
      verdict:
        'confirmed only if drained, or merged within the batch, or of capacity one, or throttled, or the recommended combination',
      why: 'An approval is a call of its own and signals once: within a call there is no repeat to remove.',
      needsTrueTime: true,
      measure: twoQueries(BUSY),
    },
    {
      id: 'two-for-an-idle-worker',
      source: 'async-task, solutions',
      documented: 'the same, for a worker that waits',
      on: {
        drained: 'drain',
        'merged within the batch': 'dedupe/batch',
        'of capacity one': 'capacity-one',
        throttled: 'throttle',
        'the recommended combination': 'recommended',
      },
      verdict: 'confirmed only if merged within the batch, or throttled',
      why:
        'An approval is written in half the time of two queries: the worker asks while the batch goes on, and again for what came ' +
        'meanwhile. These queries are not wasted, as each signal speaks of a task that the query before did not see.',
      needsTrueTime: true,
      measure: twoQueries(IDLE),
    },
    {
      id: 'several-workers',
      source: 'async-task, solutions',
      documented: '(several workers are not documented) the recommended combination asks twice for the batch',
      on: { 'one works': 'recommended', 'three, one of them at work': 'recommended/3' },
      verdict: 'confirmed only if one works',
      why: 'The two that are idle take signals as they come: nothing piles up, and nothing is drained.',
      needsTrueTime: true,
      measure: twoQueries(BUSY),
    },
    {
      id: 'nothing-waits-for-it',
      source: 'async-task, solutions',
      documented:
        '(no figure given) ten tasks of 0.2 s start when they are due, one after the other: the last after 1.8 s',
      on: Object.fromEntries([...POLICIES, 'dedupe/batch'].map((design) => [design, design])),
      measure({ metrics: { pickUpMs, queries, lost } }) {
        const worst = pickUpMs?.max ?? 0;
        return {
          measured: `${(worst / 1000).toFixed(1)} s at worst, ${queries} queries`,
          confirmed: worst < 1900 && lost === 0,
        };
      },
    },
  ],
});
