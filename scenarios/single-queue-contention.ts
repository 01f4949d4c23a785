import { defineScenario } from '../src/scenario/define-scenario.ts';

const pollers = { pool: 'polling', workers: 10 };
const BEFORE = {
  'it was one task at a time (0.0.3)': 'single-queue-lock',
  'it was the random offsets that Streams replaced (0.0.4.1)': 'random-offset-lock',
};

/**
 * N − 1 of N workers lose: lost races a task, of ten workers. All who look lose but the winner, and one of the ten may still run what it
 * won before: eight of nine, less what jitter takes.
 */
export const ALL_BUT_ONE_OF_TEN = 7.5;

export default defineScenario({
  id: 'single-queue-contention',
  title: 'Ten workers want the same task',
  source: 'xqueue-0.0.4, bug 2',
  story:
    'Ten workers poll one queue every second; `email` takes 1 s and may run five times at once. All read the same head, one ' +
    'gets its lock, nine go back to sleep. Redis Streams deal out different tasks instead.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 39, atMs: 300 }],
  },
  designs: [
    { ...pollers, claims: 'single-queue-lock' },
    {
      ...pollers,
      id: 'single-queue-lock/head-stays',
      claims: 'single-queue-lock',
      claimParameters: { headLeaves: 'on-completion' },
      poolParameters: { cadence: 'go-ticker' },
    },
    {
      ...pollers,
      id: 'single-queue-lock/go-ticker',
      claims: 'single-queue-lock',
      poolParameters: { cadence: 'go-ticker' },
    },
    {
      ...pollers,
      id: 'single-queue-lock/staggered',
      claims: 'single-queue-lock',
      poolParameters: { phases: 'staggered' },
    },
    { ...pollers, claims: 'zpopmin-then-token' },
    { ...pollers, claims: 'random-offset-lock' },
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
    {
      id: 'stream-group/leave-pending',
      claims: 'stream-group',
      pool: 'blocking',
      workers: 10,
      claimParameters: { whenFull: 'leave-pending' },
    },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak', 'legal-lifecycle'],
  expectations: [
    {
      id: 'one-runs',
      figure: 'one-email-of-39',
      documented: '39 emails, limit 5: one runs, 38 wait',
      on: {
        'polls are in step and missed ones are skipped': 'single-queue-lock',
        'the head stays until its task has ended (go-ticker)': 'single-queue-lock/head-stays',
        'a missed tick is kept (go-ticker)': 'single-queue-lock/go-ticker',
        'polls are staggered': 'single-queue-lock/staggered',
      },
      verdict:
        'confirmed only if polls are in step and missed ones are skipped, or the head stays until its task has ended (go-ticker)',
      why: 'In step, ten polls read one head and one gets its lock. As soon as polls spread (a kept tick, staggered phases) the head has moved on when the next worker looks, and several run.',
      needsTrueTime: true,
      measure({ metrics }) {
        const mean = metrics.concurrency.email?.mean ?? 0;
        return { measured: `${mean.toFixed(2)} at once`, confirmed: mean < 1.25 };
      },
    },
    {
      id: 'nine-of-ten-lose',
      figure: 'one-email-of-39',
      documented: 'nine of ten workers lose the race for every task',
      on: {
        'polls are in step and missed ones are skipped': 'single-queue-lock',
        'the head stays until its task has ended (go-ticker)': 'single-queue-lock/head-stays',
        'a missed tick is kept (go-ticker)': 'single-queue-lock/go-ticker',
        'polls are staggered': 'single-queue-lock/staggered',
      },
      verdict:
        'confirmed only if polls are in step and missed ones are skipped, or the head stays until its task has ended (go-ticker)',
      why: 'In step, all that look meet at one head, and all lose but one; the tenth worker still runs what it won before, unless the head stays and it loses too. As soon as polls spread few workers meet.',
      needsTrueTime: true,
      measure({ metrics }) {
        const lost = metrics.conflictsPerTask;
        return { measured: `${lost.toFixed(1)} lost races a task`, confirmed: lost >= ALL_BUT_ONE_OF_TEN };
      },
    },
    {
      id: 'zpopmin-runs-five',
      figure: 'zpopmin-is-faster',
      source: 'xqueue-changelog, 0.0.4',
      documented: 'ZPOPMIN: five run at once, the rest wait in the queue',
      on: 'zpopmin-then-token',
      verdict: 'refuted',
      why: 'ZPOPMIN hands out tasks faster than there are tokens: five run, and each further worker fails the task that it popped.',
      measure({ metrics }) {
        return {
          measured: `${metrics.concurrency.email?.max ?? 0} at once, ${metrics.failed} of ${metrics.submitted} failed unrun`,
          confirmed: metrics.failed === 0 && metrics.concurrency.email?.max === 5,
        };
      },
    },
    {
      id: 'streams-reach-the-limit',
      figure: 'streams-by-the-numbers',
      source: 'xqueue-changelog, 0.0.5',
      documented: 'Streams: five emails at once',
      on: {
        'a worker that finds no token waits with its entry': 'stream-group',
        'it leaves the entry to be claimed back': 'stream-group/leave-pending',
      },
      verdict: 'confirmed only if a worker that finds no token waits with its entry',
      why: 'An entry that is left pending is claimed back only after claimIdleMs (60 s): its worker takes the next one, and soon all wait to be claimed back.',
      needsTrueTime: true,
      measure({ metrics }) {
        const mean = metrics.concurrency.email?.mean ?? 0;
        return { measured: `${mean.toFixed(2)} at once`, confirmed: mean >= 4.5 && mean <= 5 };
      },
    },
    {
      id: 'three-to-five-times',
      figure: 'streams-by-the-numbers',
      source: 'xqueue-changelog, 0.0.5, expected effects',
      documented: 'Streams: throughput 3–5 times what it was',
      on: BEFORE,
      verdict: 'confirmed only if it was one task at a time (0.0.3)',
      why: 'Random offsets run nearly as many emails at once as Streams do; what Streams improve five times is the version before them.',
      needsTrueTime: true,
      measure(run, other) {
        const times = other('stream-group').metrics.throughputPerSecond / run.metrics.throughputPerSecond;
        return { measured: `${times.toFixed(2)} times`, confirmed: times >= 3 && times <= 5 };
      },
    },
    {
      id: 'ten-percent-before',
      figure: 'streams-by-the-numbers',
      source: 'xqueue-changelog, 0.0.5, performance table',
      documented: 'worker utilisation before Streams: 10 %',
      on: BEFORE,
      verdict: 'confirmed only if it was one task at a time (0.0.3)',
      why: 'One of ten workers at work is 10 %. Random offsets, which Streams replaced, keep two or three busy.',
      needsTrueTime: true,
      measure({ metrics: { utilisation } }) {
        return { measured: `${(100 * utilisation).toFixed(1)} %`, confirmed: utilisation > 0.08 && utilisation < 0.12 };
      },
    },
    {
      id: 'half-as-much-work-again',
      figure: 'streams-by-the-numbers',
      source: 'xqueue-0.0.5, expected effects',
      documented: 'Streams: CPU utilisation up by 50 % or more (read as: workers busy, at least 1.5 times as much)',
      on: BEFORE,
      needsTrueTime: true,
      measure(run, other) {
        const times = other('stream-group').metrics.utilisation / run.metrics.utilisation;
        return { measured: `${times.toFixed(2)} times`, confirmed: times >= 1.5 };
      },
    },
    {
      id: 'more-at-once-and-more-done',
      figure: 'streams-by-the-numbers',
      source: 'xqueue-0.0.5, expected effects',
      documented: 'Streams: higher concurrency and throughput',
      on: BEFORE,
      needsTrueTime: true,
      measure(run, other) {
        const [before, after] = [run.metrics, other('stream-group').metrics];
        const [few, many] = [before.concurrency.email?.mean ?? 0, after.concurrency.email?.mean ?? 0];
        return {
          measured: `${many.toFixed(2)} at once instead of ${few.toFixed(2)}, ${after.throughputPerSecond.toFixed(2)} tasks/s instead of ${before.throughputPerSecond.toFixed(2)}`,
          confirmed: many > few && after.throughputPerSecond > before.throughputPerSecond,
        };
      },
    },
    {
      id: 'zpopmin-loses',
      figure: 'zpopmin-completes-a-quarter',
      source: 'xqueue-0.0.4, task loss',
      documented: 'ZPOPMIN before the token loses tasks',
      on: 'zpopmin-then-token',
      invariant: 'no-task-lost',
      expect: 'violated',
    },
  ],
});
