import { defineScenario } from '../src/scenario/define-scenario.ts';

const pollers = { pool: 'polling', workers: 10 };

export default defineScenario({
  id: 'acceptance-20',
  title: 'The acceptance test: 10 example and 10 email tasks',
  source: 'xqueue-0.0.4, verification of the repair',
  story:
    'The document accepts a repair when 20 tasks all succeed, never more than three `example` and five `email` at once, faster ' +
    'than 0.0.3.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 }, email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'example', count: 10, atMs: 300 },
      { type: 'email', count: 10, atMs: 300 },
    ],
  },
  designs: [
    { ...pollers, claims: 'single-queue-lock' },
    { ...pollers, claims: 'zpopmin-then-token' },
    { ...pollers, claims: 'random-offset-lock' },
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak', 'legal-lifecycle'],
  expectations: [
    ...(['random-offset-lock', 'stream-group'] as const).flatMap((design) => [
      {
        id: `all-succeed, ${design}`,
        figure: 'acceptance',
        documented: '20 succeed, 0 fail',
        on: design,
        measure: ({ metrics }: { metrics: { completed: number; failed: number } }) => ({
          measured: `${metrics.completed} succeed, ${metrics.failed} fail`,
          confirmed: metrics.completed === 20 && metrics.failed === 0,
        }),
      },
      {
        id: `limits, ${design}`,
        figure: 'acceptance',
        documented: 'at most 3 `example` and 5 `email` at once',
        on: design,
        invariant: 'concurrency-limit',
        expect: 'holds' as const,
      },
    ]),
    {
      id: 'zpopmin-fails-it',
      documented:
        'no documented figure, a negative control: 20 succeed, 0 fail, held against 0.0.4, which must not pass',
      on: 'zpopmin-then-token',
      verdict: 'refuted',
      why: 'Ten workers pop ten tasks at once, and only eight tokens exist: who pops without a token marks the task failed.',
      measure: ({ metrics }) => ({
        measured: `${metrics.completed} succeed, ${metrics.failed} fail`,
        confirmed: metrics.completed === 20 && metrics.failed === 0,
      }),
    },
    {
      id: 'faster-than-0.0.3',
      figure: 'acceptance',
      documented: 'faster than 0.0.3',
      on: { 'the repair is random offsets': 'random-offset-lock', 'the repair is Streams': 'stream-group' },
      measure(run, other) {
        const before = other('single-queue-lock').metrics.throughputPerSecond;
        const after = run.metrics.throughputPerSecond;
        return { measured: `${(after / before).toFixed(2)} times the throughput`, confirmed: after > before };
      },
    },
  ],
});
