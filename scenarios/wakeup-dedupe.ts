import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const ENROLLING = 'exhibition-auto-start-enrolling';
const RUNNING = ['exhibition-auto-end', 'notify-reservation-users', 'notify-followers'] as const;

/** Signals that were sent to a type, from so many ms on and before so many. */
function signals({ history: { events, timesUs } }: RunResult, type: string, fromMs: number, untilMs: number): number {
  return events.filter((event, index) => {
    const ms = (timesUs[index] as number) / 1000;
    return event.kind === 'signalled' && event.type === type && ms >= fromMs && ms < untilMs;
  }).length;
}

export default defineScenario({
  id: 'wakeup-dedupe',
  title: 'Ten calls without a repeat among them',
  source: 'found by simulation: async-task, solution two',
  story:
    'While the worker is busy, a batch approves ten exhibitions, and each approval signals once. Later one event wakes three types, ' +
    'and another, by mistake, one type twice. The callers remove repeats as the document shows.',
  mechanism:
    'The repair removes repeats within the handler of one event, but the signals that pile up come from many events.\n' +
    'The three types of the documented example are all different: there is nothing in it to remove.',
  workload: {
    type: ENROLLING,
    dueAtMs: [],
    handlerMs: 2000,
    signals: [],
    arrivals: [
      { atMs: 1000, afterMs: 0 },
      { atMs: 2000, afterMs: 60_000, count: 10 },
      ...RUNNING.map((type) => ({ atMs: 5000, type, afterMs: 60_000 })),
      { atMs: 7000, afterMs: 60_000, signals: 2 },
    ],
    durationMs: 9000,
  },
  designs: [
    { wakeup: 'counting' },
    { wakeup: 'dedupe' },
    { id: 'dedupe/batch', wakeup: 'dedupe', wakeupParameters: { within: 'batch' } },
    { wakeup: 'recommended' },
  ],
  invariants: ['no-task-lost', 'bounded-queries'],
  expectations: [
    {
      id: 'ten-approvals',
      source: 'async-task, case two',
      documented: 'a batch of ten approvals sends ten signals to one channel',
      on: 'counting',
      measure(run) {
        const sent = signals(run, ENROLLING, 1500, 3500);
        return { measured: `${sent} signals`, confirmed: sent === 10 };
      },
    },
    {
      id: 'merged-into-one',
      figure: 'wakeup-repairs',
      source: 'async-task, solution two',
      documented: 'several wake-ups are merged into one',
      on: { 'each call removes its own repeats': 'dedupe', 'the batch merges those of its calls': 'dedupe/batch' },
      verdict: 'confirmed only if the batch merges those of its calls',
      why: 'Each approval is a call of its own and signals once: within a call there is no repeat.',
      measure(run) {
        const sent = signals(run, ENROLLING, 1500, 3500);
        return { measured: `${sent} ${sent === 1 ? 'signal' : 'signals'} of ten`, confirmed: sent === 1 };
      },
    },
    {
      id: 'herd-stays',
      figure: 'wakeup-repairs',
      source: 'async-task, solution two',
      documented: 'removing repeats at the caller ends the herd',
      on: 'dedupe',
      invariant: 'bounded-queries',
      expect: 'holds',
      verdict: 'refuted',
      why: 'The ten signals wait for the busy worker, and it queries for each, as it did before the repair.',
    },
    {
      id: 'batch-ends-it',
      figure: 'wakeup-repairs',
      source: 'async-task, solution two',
      documented: 'one wake-up, at the very end',
      on: 'dedupe/batch',
      invariant: 'bounded-queries',
      expect: 'holds',
    },
    {
      id: 'recommended-ends-it',
      figure: 'wakeup-repairs',
      source: 'async-task, recommended combination',
      documented: 'with the channel drained and of capacity one, the herd ends',
      on: 'recommended',
      invariant: 'bounded-queries',
      expect: 'holds',
    },
    {
      id: 'three-wake-ups',
      source: 'async-task, case one',
      documented: 'one task may wake several times (three in the business code), and the signals pile up',
      on: 'counting',
      verdict: 'refuted',
      why: 'The three wake-ups of the documented code are of three types, each with a channel and a worker of its own.',
      measure(run) {
        const most = Math.max(...RUNNING.map((type) => signals(run, type, 4500, 6000)));
        return { measured: `${most} to a channel at most`, confirmed: most > 1 };
      },
    },
    {
      id: 'three-stay-three',
      source: 'async-task, solution two',
      documented: 'the sample code, unique() over three types, merges several wake-ups',
      on: 'dedupe',
      verdict: 'refuted',
      why: 'Three different types are unique already.',
      measure(run) {
        const sent = RUNNING.reduce((sum, type) => sum + signals(run, type, 4500, 6000), 0);
        return { measured: `${sent} of three are sent`, confirmed: sent < 3 };
      },
    },
    {
      id: 'a-repeat-is-removed',
      source: 'async-task, case three',
      documented: 'a type that one call wakes twice is signalled once',
      on: 'dedupe',
      measure(run) {
        const sent = signals(run, ENROLLING, 6500, 9000);
        return { measured: `${sent} ${sent === 1 ? 'signal' : 'signals'} of two`, confirmed: sent === 1 };
      },
    },
  ],
});
