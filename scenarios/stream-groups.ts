import { defineScenario } from '../src/scenario/define-scenario.ts';

export default defineScenario({
  id: 'stream-groups',
  title: 'Consumer groups under full load',
  source: 'xqueue-changelog, 0.0.5, performance table',
  story:
    'Sixty tasks of two types are waiting. Ten stream consumers are to bring both types to their limits, where ten workers on ' +
    'one queue with locks ran one task at a time.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 }, email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'example', count: 20, atMs: 300 },
      { type: 'email', count: 40, atMs: 300 },
    ],
  },
  designs: [
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
    {
      id: 'stream-group/leave-pending',
      claims: 'stream-group',
      pool: 'blocking',
      workers: 10,
      claimParameters: { whenFull: 'leave-pending' },
    },
    { claims: 'random-offset-lock', pool: 'polling', workers: 10 },
    { claims: 'single-queue-lock', pool: 'polling', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak', 'legal-lifecycle'],
  expectations: [
    {
      id: 'both-limits-reached',
      figure: 'streams-by-the-numbers',
      documented: 'three `example` and five `email` tasks at once',
      on: {
        'a worker that finds no token waits with its entry': 'stream-group',
        'it leaves the entry to be claimed back': 'stream-group/leave-pending',
      },
      verdict: 'refuted',
      why: 'One stream for both types: a worker that holds an example entry waits for its token and cannot take the emails behind it. Head-of-line blocking.',
      needsTrueTime: true,
      measure({ metrics: { concurrency } }) {
        const [example, email] = [concurrency.example?.mean ?? 0, concurrency.email?.mean ?? 0];
        return {
          measured: `${example.toFixed(2)} and ${email.toFixed(2)} on average`,
          confirmed: example >= 2.7 && email >= 4.5,
        };
      },
    },
    {
      id: 'workers-busy',
      figure: 'streams-by-the-numbers',
      documented: 'worker utilisation over 90 %',
      on: 'stream-group',
      verdict: 'refuted',
      why: 'The limits allow eight tasks at once (3 + 5), and there are ten workers: 80 % is the most that any design can reach.',
      measure({ metrics }) {
        const percent = 100 * metrics.utilisation;
        return { measured: `${percent.toFixed(0)} %; 3 + 5 tokens for 10 workers allow 80 %`, confirmed: percent > 90 };
      },
    },
    {
      id: 'nothing-lost',
      figure: 'streams-by-the-numbers',
      source: 'xqueue-0.0.5, expected effects',
      documented: 'task loss falls to 0',
      on: 'stream-group',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
    {
      id: 'never-twice',
      figure: 'streams-by-the-numbers',
      source: 'xqueue-0.0.5, solution three',
      documented: 'each consumer has its own messages: none is processed twice',
      on: 'stream-group',
      invariant: 'no-duplicate-execution',
      expect: 'holds',
    },
  ],
});
