import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const END = 'exhibition-auto-end';
const NOTIFY = 'notify-followers';
const TEN_APPROVALS = { atMs: 1000, count: 10, everyMs: 25, afterMs: 0 };

export default defineScenario({
  id: 'wakeup-throttle',
  title: 'The throttle that drops the only news',
  source: 'found by simulation: async-task, solution four',
  story:
    'Ten events, 25 ms apart, each add a task that is due at once and signal its worker. Within 100 ms of its last query the worker ' +
    'ignores signals. One type has another task, due at 30 s; the other has none.',
  mechanism:
    'The worker takes the signal out of the channel and then decides to ignore it: nothing remembers that a task was added.\n' +
    'Its timer was set before that. The task waits for the next due time of another task, or, where there is none, for ever.',
  workload: {
    type: END,
    dueAtMs: [30_000],
    handlerMs: 5,
    signals: [],
    arrivals: [TEN_APPROVALS, { ...TEN_APPROVALS, type: NOTIFY }],
    durationMs: 31_000,
  },
  designs: [{ wakeup: 'counting' }, { wakeup: 'drain' }, { wakeup: 'throttle' }, { wakeup: 'recommended' }],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'bounded-queries'],
  expectations: [
    {
      id: 'pick-up-within-the-interval',
      figure: 'wakeup-repairs',
      source: 'async-task, solution four',
      documented: 'least query interval 100 ms; what a task may wait is not said (100 ms, if signals were put off)',
      on: 'throttle',
      needsTrueTime: true,
      verdict: 'refuted',
      why: 'An ignored signal is not put off but dropped: the last tasks of the row wait for a timer that was set before they came.',
      measure({ metrics: { pickUpMs } }) {
        const worst = pickUpMs?.max ?? 0;
        return { measured: `${(worst / 1000).toFixed(1)} s at worst`, confirmed: worst <= 100 };
      },
    },
    {
      id: 'no-wake-up-is-lost',
      figure: 'wakeup-repairs',
      source: 'async-task, solution four',
      documented: 'a signal within 100 ms of a query is ignored (implied: without harm)',
      on: 'throttle',
      needsTrueTime: true,
      verdict: 'refuted',
      why: 'A type without another due task has no timer to fall back on: its last tasks stay until somebody signals again.',
      measure({ metrics: { submitted, lost } }) {
        return { measured: `${lost} of ${submitted} tasks never ran`, confirmed: lost === 0 };
      },
    },
    {
      id: 'least-interval',
      source: 'async-task, solution four',
      documented: 'the least query interval is 100 ms',
      on: 'throttle',
      needsTrueTime: true,
      verdict: 'refuted',
      why: 'Only signals are throttled. After a task the worker looks again at once, by the timer.',
      measure({ history: { events, timesUs } }) {
        const turns = timesUs.filter((_, index) => {
          const event = events[index];
          return event?.kind === 'woken' && event.type === END;
        });
        const leastMs = Math.min(...turns.slice(1).map((us, index) => (us - (turns[index] as number)) / 1000));
        return { measured: `${leastMs.toFixed(1)} ms`, confirmed: leastMs >= 100 };
      },
    },
    ...['drain', 'recommended'].map((on) => ({
      id: `${on}-picks-up`,
      source: on === 'drain' ? 'async-task, solution one' : 'async-task, recommended combination',
      documented: 'signals are thrown away before the query, not instead of it (no figure given: within 100 ms)',
      on,
      needsTrueTime: true,
      measure({ metrics: { pickUpMs, lost } }: RunResult) {
        const worst = pickUpMs?.max ?? 0;
        return {
          measured: `${worst.toFixed(1)} ms at worst, ${lost} never ran`,
          confirmed: worst <= 100 && lost === 0,
        };
      },
    })),
  ],
});
