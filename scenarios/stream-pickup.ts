import { defineScenario } from '../src/scenario/define-scenario.ts';

export default defineScenario({
  id: 'stream-pickup',
  title: 'How long a task waits for an idle worker',
  source: 'xqueue-changelog, 0.0.5, performance table',
  story:
    'One `email` every 1.7 s: ten workers are idle nearly always. A poller finds the task at its next poll; a worker parked in ' +
    'XREADGROUP is handed it.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 60, everyMs: 1700, atMs: 300 }],
  },
  designs: [
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
    {
      id: 'random-offset-lock/5-s-polls',
      claims: 'random-offset-lock',
      pool: 'polling',
      workers: 10,
      poolParameters: { intervalMs: 5000 },
    },
    {
      id: 'random-offset-lock/staggered-5-s-polls',
      claims: 'random-offset-lock',
      pool: 'polling',
      workers: 10,
      poolParameters: { intervalMs: 5000, phases: 'staggered' },
    },
    { id: 'random-offset-lock/1-s-polls', claims: 'random-offset-lock', pool: 'polling', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak', 'legal-lifecycle'],
  expectations: [
    {
      id: 'below-100-ms',
      figure: 'streams-by-the-numbers',
      documented: 'Streams: picked up within 100 ms',
      on: 'stream-group',
      needsTrueTime: true,
      measure: ({ metrics: { queueWaitMs } }) => ({
        measured: `p50 ${queueWaitMs.p50.toFixed(1)} ms, max ${queueWaitMs.max.toFixed(1)} ms`,
        confirmed: queueWaitMs.max < 100,
      }),
    },
    {
      id: 'five-seconds-before',
      figure: 'estimates-by-pool',
      needsTrueTime: true,
      documented: 'polling every 5 s: picked up after 5 s',
      on: {
        'polls are in step': 'random-offset-lock/5-s-polls',
        'polls are staggered': 'random-offset-lock/staggered-5-s-polls',
      },
      verdict: 'refuted',
      why: '5 s is the worst case, not the usual one: a task that comes at any moment waits half an interval on average, and less where polls are staggered.',
      measure: ({ metrics: { queueWaitMs } }) => ({
        measured: `p50 ${(queueWaitMs.p50 / 1000).toFixed(2)} s, max ${(queueWaitMs.max / 1000).toFixed(2)} s`,
        confirmed: queueWaitMs.p50 >= 4500,
      }),
    },
    {
      id: 'one-second-with-1-s-polls',
      figure: 'estimates-by-pool',
      needsTrueTime: true,
      source: 'xqueue-0.0.4, estimate table',
      documented: 'the urgent repair (1 s polls): picked up within about 1 s',
      on: 'random-offset-lock/1-s-polls',
      measure: ({ metrics: { queueWaitMs } }) => ({
        measured: `p50 ${(queueWaitMs.p50 / 1000).toFixed(2)} s, max ${(queueWaitMs.max / 1000).toFixed(2)} s`,
        confirmed: queueWaitMs.max <= 1100,
      }),
    },
    {
      id: 'fifty-times',
      figure: 'streams-by-the-numbers',
      documented: 'pick-up latency improves 50 times',
      on: 'stream-group',
      needsTrueTime: true,
      measure(run, other) {
        const before = other('random-offset-lock/5-s-polls').metrics.queueWaitMs.p50;
        const times = before / run.metrics.queueWaitMs.p50;
        return { measured: `${times >= 1000 ? 'over 1000' : times.toFixed(0)} times (p50)`, confirmed: times >= 50 };
      },
    },
  ],
});
