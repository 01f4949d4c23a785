import { defineScenario } from '../src/scenario/define-scenario.ts';

export default defineScenario({
  id: 'worker-queue-isolation',
  title: 'A worker dies with its queue',
  source: 'xqueue-0.0.5, solution two',
  story:
    'Ten workers on two processes, a queue each. One process dies 3 s after the start. The document promises isolation: the failure of ' +
    'one worker does not touch the others. What of the tasks that were dealt to it?',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 40, atMs: 300 }],
  },
  environment: { processes: 2, faults: [{ kind: 'crash', host: 'app-1', atMs: 3000 }] },
  designs: [
    { claims: 'worker-queue', pool: 'blocking', workers: 10 },
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'others-go-on',
      figure: 'contention-by-layout',
      documented: 'fault isolation: a dead worker does not affect the others',
      on: 'worker-queue',
      verdict: 'refuted',
      why: 'The others run on, but what was dealt to the dead ones stays in their lists, and what they had popped is in none: BLPOP has no memory, and nobody takes over a list.',
      measure: ({ metrics }) => ({
        measured: `${metrics.lost} of ${metrics.submitted} never run`,
        confirmed: metrics.lost === 0,
      }),
    },
    {
      id: 'streams-take-over',
      figure: 'streams-survive',
      documented: "a dead consumer's tasks move to other consumers",
      on: 'stream-group',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
  ],
});
