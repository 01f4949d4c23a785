import { defineScenario } from '../src/scenario/define-scenario.ts';

const MOST = 1.2 * 5;

export default defineScenario({
  id: 'adaptive-per-process',
  title: 'Each process hires for all of them',
  source: 'found by simulation: xqueue-0.0.4, solution three',
  story:
    'Five emails may run at once, over all processes. Three processes look at the same long queue, each with an adaptive pool of ' +
    'its own. "Most workers = sum of all limits × 1.2", the document says: six.',
  mechanism:
    'Queue and limit are one for all processes, the pool is one for each: each sees the whole backlog and hires for all of it.\n' +
    'A bound on each process bounds nothing: of three times six workers five can have a token.',
  seeds: 3,
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 200, atMs: 300 }],
  },
  environment: { processes: 3 },
  designs: [
    { id: 'adaptive', claims: 'atomic-script', pool: 'adaptive' },
    { claims: 'leased-script', pool: 'event-driven', workers: 6 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'bound',
      documented: 'at most 1.2 × the sum of the limits: 6 workers; less waste of resources',
      on: 'adaptive',
      verdict: 'refuted',
      why: 'The bound is asked of one process, and there are three. Only five of the workers can have a token: the others poll once a second for nothing.',
      measure: ({ metrics: { workers, emptyPolls, utilisation } }) => ({
        measured: `${workers.max} workers, ${(100 * utilisation).toFixed(0)} % busy, ${emptyPolls} empty polls`,
        confirmed: workers.max <= MOST,
      }),
    },
    {
      id: 'six-would-do',
      documented: 'not in the document: six workers over all processes, woken by events, are enough',
      on: 'leased-script',
      needsTrueTime: true,
      measure({ metrics }, other) {
        const adaptive = other('adaptive').metrics;
        return {
          measured: `${metrics.workers.max} workers, ${metrics.throughputPerSecond.toFixed(1)} tasks/s; adaptive ${adaptive.throughputPerSecond.toFixed(1)}`,
          confirmed: metrics.throughputPerSecond >= adaptive.throughputPerSecond,
        };
      },
    },
  ],
});
