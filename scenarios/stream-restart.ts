import { defineScenario } from '../src/scenario/define-scenario.ts';

export default defineScenario({
  id: 'stream-restart',
  title: 'The service dies in the middle, and comes back',
  source: 'xqueue-0.0.5, expected effects',
  story:
    'The only process crashes 4 s after the start, with three `example` tasks under way and nine waiting, and is back 2 s later. What a ' +
    'design kept in Redis is still there; what was under way must be found again.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 } },
    arrivals: [{ type: 'example', count: 12, atMs: 300 }],
  },
  environment: { faults: [{ kind: 'crash', host: 'app-1', atMs: 4000, downMs: 2000 }] },
  designs: [
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
    { claims: 'random-offset-lock', pool: 'polling', workers: 10 },
    { claims: 'zpopmin-then-token', pool: 'polling', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'tasks-survive',
      figure: 'streams-survive',
      documented: 'tasks are stored durably: a restart loses none, and they are taken up again by themselves',
      on: 'stream-group',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
    {
      id: 'all-complete',
      figure: 'streams-survive',
      documented: 'after a restart all tasks are processed',
      on: 'stream-group',
      measure({ metrics }) {
        const lastS = metrics.endToEndMs.max / 1000;
        return {
          measured: `${metrics.completed} of ${metrics.submitted} complete, the last after ${lastS.toFixed(0)} s`,
          confirmed: metrics.completed === metrics.submitted,
        };
      },
    },
    {
      id: 'none-twice',
      figure: 'streams-survive',
      source: 'xqueue-0.0.5, reasons for the choice',
      documented: 'each consumer has messages of its own: none is processed twice',
      on: 'stream-group',
      verdict: 'refuted',
      why: 'What ran at the moment of the crash is delivered again once its entry has been idle for claimIdleMs (60 s): at-least-once, the price of losing nothing.',
      measure: ({ metrics }) => ({
        measured: `${metrics.duplicated} of ${metrics.submitted} are started twice`,
        confirmed: metrics.duplicated === 0,
      }),
    },
    {
      id: 'locks-strand',
      source: 'xqueue-changelog, 0.0.4.1',
      figure: 'completion-by-version',
      documented: 'random offsets and locks: tasks are never lost',
      on: 'random-offset-lock',
      verdict: 'refuted',
      why: 'A task that is under way is in no queue: its status is processing, and nothing looks for a processing task whose worker has died. The lock expires, but nobody reads it.',
      measure: ({ metrics }) => ({
        measured: `${metrics.lost} of ${metrics.submitted} lost`,
        confirmed: metrics.lost === 0,
      }),
    },
  ],
});
