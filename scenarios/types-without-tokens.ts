import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

/** The most tasks of each type at once, against its limit. */
function mostAtOnce({ metrics: { concurrency } }: RunResult) {
  const example = concurrency.example?.max ?? 0;
  const email = concurrency.email?.max ?? 0;
  return { measured: `up to ${example} of 3 and ${email} of 5`, confirmed: example <= 3 && email <= 5 };
}

export default defineScenario({
  id: 'types-without-tokens',
  title: 'Exact by nature, once per process',
  source: 'found by simulation: xqueue-0.0.4, solution two',
  story:
    'Each type has a pool of its own, as large as its limit, and so, the document says, needs no semaphore: the limit is exact by nature. ' +
    'The system is made to run on several nodes. Here it runs on two, on 6 `example` and 10 `email` tasks.',
  mechanism:
    'A limit is meant for all processes together, and the size of a pool is a number of one process.\n' +
    'Each process has as many workers of a type as may run at all: two processes run twice as many.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 }, email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'example', count: 6, atMs: 300 },
      { type: 'email', count: 10, atMs: 300 },
    ],
  },
  environment: { processes: 2 },
  designs: [
    { id: 'type-queue/no-tokens', claims: 'type-queue', pool: 'typed', claimParameters: { tokens: 'none' } },
    { claims: 'type-queue', pool: 'typed' },
    { claims: 'leased-script', pool: 'typed' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'no-semaphore-needed',
      figure: 'estimates-by-pool',
      documented: 'a pool as large as the limit needs no semaphore: precision of the limit very high',
      on: { 'without tokens, as written': 'type-queue/no-tokens', 'with tokens': 'type-queue' },
      verdict: 'confirmed only if with tokens',
      why: 'True of one process. With two, each pool keeps the limit and both together break it.',
      measure: mostAtOnce,
    },
    {
      id: 'sound-holds',
      source: 'sound: after xqueue-0.0.4, loss repair two',
      documented: 'limits hold over all processes',
      on: 'leased-script',
      invariant: 'concurrency-limit',
      expect: 'holds',
    },
  ],
});
