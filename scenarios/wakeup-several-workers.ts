import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const five = { workersPerType: 5 };

/** Ten tasks of 2 s for five workers: two rounds, so that a task waits for one handler, and no more than that. */
const twoRounds = ({ metrics: { pickUpMs } }: RunResult) => {
  const worst = (pickUpMs?.max ?? 0) / 1000;
  return { measured: `${worst.toFixed(1)} s at worst`, confirmed: worst < 3 };
};

export default defineScenario({
  id: 'wakeup-several-workers',
  title: 'Five workers on one channel',
  source: 'found by simulation: async-task, worker loop',
  story:
    'The document has one worker per type, in one process. Here five share the channel, and ten tasks of 2 s come in a batch, due at ' +
    'once. Another is due at 24 s, and everybody sleeps until then.',
  mechanism:
    'The documented fetch does not mark the task: each worker that is woken before the first has finished runs the same one again.\n' +
    'Where the fetch claims, a batch merged into one signal still wakes one worker, and four sleep while nine tasks wait.',
  workload: {
    type: 'notify-followers',
    dueAtMs: [24_000],
    handlerMs: 2000,
    signals: [],
    arrivals: [{ atMs: 1000, count: 10, afterMs: 0 }],
    durationMs: 30_000,
  },
  designs: [
    { wakeup: 'counting' },
    { id: 'counting/5', wakeup: 'counting', ...five },
    { id: 'counting/5-claiming', wakeup: 'counting', ...five, fetch: 'claims' },
    { id: 'drain/5-claiming', wakeup: 'drain', ...five, fetch: 'claims' },
    { id: 'capacity-one/5-claiming', wakeup: 'capacity-one', ...five, fetch: 'claims' },
    { id: 'recommended/5-claiming', wakeup: 'recommended', ...five, fetch: 'claims' },
    {
      id: 'recommended/5-claiming-batch',
      wakeup: 'recommended',
      ...five,
      fetch: 'claims',
      wakeupParameters: { within: 'batch' },
    },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution'],
  expectations: [
    {
      id: 'one-worker-runs-once',
      documented: 'one worker per type runs each task once',
      on: 'counting',
      invariant: 'no-duplicate-execution',
      expect: 'holds',
    },
    {
      id: 'several-run-once',
      documented: '(several workers are not documented) the worker loop as it stands runs each task once',
      on: { 'the fetch only reads': 'counting/5', 'the fetch claims': 'counting/5-claiming' },
      verdict: 'confirmed only if the fetch claims',
      why: 'FetchPendingTask gives the same row to all who ask, until the first of them has finished it.',
      measure({ metrics: { duplicated, submitted } }) {
        return { measured: `${duplicated} of ${submitted} ran more than once`, confirmed: duplicated === 0 };
      },
    },
    {
      id: 'drain-takes-nothing-away',
      documented:
        "(not documented) a worker that drains takes the signals of the others' work, and all five work nevertheless",
      on: {
        counted: 'counting/5-claiming',
        drained: 'drain/5-claiming',
        'of capacity one': 'capacity-one/5-claiming',
        'recommended combination': 'recommended/5-claiming',
      },
      why:
        'A worker that is not asleep asks again before it sleeps. It misses only what is added while that answer is on its way, when ' +
        'another drains the signal: then it sleeps, though it could work.',
      measure: twoRounds,
    },
    {
      id: 'one-signal-one-worker',
      documented: '(not documented) the recommended combination, merged within the batch: all five work',
      on: 'recommended/5-claiming-batch',
      verdict: 'refuted',
      why: 'One signal wakes one worker, and nobody passes it on: ten tasks run one after the other.',
      measure: twoRounds,
    },
    {
      id: 'all-wake-for-one',
      documented: '(not documented) when a task falls due, one worker goes to fetch it',
      on: 'drain/5-claiming',
      verdict: 'refuted',
      why: 'Each worker has its own timer, and all are set to the same due time.',
      measure({ history: { events, timesUs } }) {
        // One worker alone wakes twice: when the task is due, and to look again once it has run.
        const woken = events.filter(
          (event, index) => event.kind === 'woken' && event.by === 'timer' && (timesUs[index] as number) >= 23_500_000,
        ).length;
        return { measured: `${woken} wake-ups by the timer`, confirmed: woken <= 2 };
      },
    },
  ],
});
