import { defineScenario } from '../src/scenario/define-scenario.ts';

const design = { claims: 'worker-queue', pool: 'blocking', workers: 10 };

export default defineScenario({
  id: 'dispatcher-dies',
  title: 'The dispatcher dies, and ten idle workers wait',
  source: 'xqueue-0.0.5, solution two',
  story:
    'A dispatcher deals tasks out to a queue per worker. It dies 5 s after the start, while `email` tasks still arrive, one every 200 ms, ' +
    'and does not come back. The document names it: a single point of failure.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 50, atMs: 300, everyMs: 200 }],
  },
  environment: { faults: [{ kind: 'crash', host: 'dispatcher', atMs: 5000 }] },
  designs: [design, { claims: 'stream-group', pool: 'blocking', workers: 10 }],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'single-point-of-failure',
      figure: 'contention-by-layout',
      documented: 'single point of failure: the dispatcher',
      on: 'worker-queue',
      measure: ({ metrics }) => ({
        measured: `${metrics.lost} of ${metrics.submitted} never run`,
        confirmed: metrics.lost > 0,
      }),
    },
    {
      id: 'streams-need-none',
      figure: 'contention-by-layout',
      source: 'xqueue-0.0.5, reasons for the choice',
      documented: 'Streams need no dispatcher',
      on: 'stream-group',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
  ],
});
