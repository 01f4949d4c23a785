import { defineScenario } from '../src/scenario/define-scenario.ts';

const pollers = { pool: 'polling', workers: 10 };

export default defineScenario({
  id: 'zpopmin-loss',
  title: 'The repair that loses three tasks in four',
  source: 'xqueue-0.0.4, task loss; xqueue-changelog, 0.0.4.1',
  story:
    'Ten workers each pop a task of their own (ZPOPMIN), mark it processing, and only then ask for one of three tokens. ' +
    'Who gets none marks the task failed: it never ran, and is in no queue any more.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 } },
    arrivals: [{ type: 'example', count: 12, atMs: 300 }],
  },
  designs: [
    { ...pollers, claims: 'zpopmin-then-token' },
    { ...pollers, claims: 'single-queue-lock' },
    { ...pollers, claims: 'random-offset-lock' },
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak', 'legal-lifecycle'],
  expectations: [
    {
      id: 'three-of-twelve',
      figure: 'zpopmin-completes-a-quarter',
      documented: '12 submitted, 3 succeed, 9 fail for want of a token',
      on: 'zpopmin-then-token',
      measure({ metrics: { submitted, completed, failed } }) {
        return {
          measured: `${submitted} submitted, ${completed} succeed, ${failed} fail`,
          confirmed: submitted === 12 && completed === 3 && failed === 9,
        };
      },
    },
    {
      id: 'loses-tasks',
      figure: 'zpopmin-completes-a-quarter',
      documented: 'the popped tasks are lost',
      on: 'zpopmin-then-token',
      invariant: 'no-task-lost',
      expect: 'violated',
    },
    {
      id: 'lock-is-safe',
      figure: 'completion-by-version',
      documented: '0.0.3 loses nothing',
      on: 'single-queue-lock',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
    {
      id: 'offset-is-safe',
      figure: 'completion-by-version',
      documented: '0.0.4.1 loses nothing',
      on: 'random-offset-lock',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
    {
      id: 'streams-are-safe',
      figure: 'streams-by-the-numbers',
      source: 'xqueue-0.0.5',
      documented: '0.0.5 loses nothing',
      on: 'stream-group',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
  ],
});
