import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const pollers = { pool: 'polling', workers: 6 };

export default defineScenario({
  id: 'lock-ends-first',
  title: 'The handler that outlives its lock and its token',
  source: 'found by simulation: xqueue-changelog, 0.0.2–0.0.3',
  story:
    'A lock ends by itself, and so does a token, lest a crash keep it for ever. The documents give no times and no renewal; here it is 30 s ' +
    'and 60 s. A task takes 90 s, and three may run at once.',
  mechanism:
    'At 60 s the tokens of running tasks end: the semaphore has room, and three more start beside them.\n' +
    'Where the task stays at the head until it has ended, its lock is free at 30 s, and the next worker runs it too.',
  workload: {
    types: { report: { limit: 3, handlerMs: 90_000 } },
    arrivals: [{ type: 'report', count: 6, atMs: 300 }],
  },
  designs: [
    { ...pollers, claims: 'single-queue-lock' },
    {
      ...pollers,
      id: 'single-queue-lock/head-stays',
      claims: 'single-queue-lock',
      claimParameters: { headLeaves: 'on-completion' },
    },
    { ...pollers, claims: 'random-offset-lock' },
    { ...pollers, claims: 'leased-script' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    ...(['single-queue-lock', 'random-offset-lock'] as const).map((on) => ({
      id: `${on}-keeps-limits`,
      source: on === 'single-queue-lock' ? 'xqueue-changelog, 0.0.3' : 'xqueue-changelog, 0.0.4.1',
      documented: 'tokens keep the limit of a type over all processes; old ones are cleared away by themselves',
      on,
      verdict: 'refuted' as const,
      why: 'Old is not abandoned: nobody tells the semaphore that the owner of a token is still at work.',
      measure({ metrics: { concurrency } }: RunResult) {
        const most = concurrency.report?.max ?? 0;
        return { measured: `up to ${most} at once, the limit is 3`, confirmed: most <= 3 };
      },
    })),
    {
      id: 'runs-once',
      source: 'xqueue-changelog, 0.0.2',
      documented: 'a distributed lock keeps a task from being processed twice',
      on: {
        'the head leaves with its status': 'single-queue-lock',
        'the head stays until its task has ended': 'single-queue-lock/head-stays',
      },
      verdict: 'confirmed only if the head leaves with its status',
      why: 'With its status the task is in no worker’s way any more, lock or not. A head that stays is guarded by its lock alone, and that is over after a third of the task.',
      measure: ({ metrics: { submitted, duplicated } }) => ({
        measured: `${duplicated} of ${submitted} run more than once`,
        confirmed: duplicated === 0,
      }),
    },
    {
      id: 'leases-keep-limits',
      source: 'sound: after xqueue-0.0.4, loss repair two',
      documented: 'a lease is renewed while the handler runs: the limit holds',
      on: 'leased-script',
      invariant: 'concurrency-limit',
      expect: 'holds',
    },
    {
      id: 'leases-run-once',
      source: 'sound: after xqueue-0.0.4, loss repair two',
      documented: 'a lease is renewed while the handler runs: nobody else runs the task',
      on: 'leased-script',
      invariant: 'no-duplicate-execution',
      expect: 'holds',
    },
  ],
});
