import { defineScenario } from '../src/scenario/define-scenario.ts';

const pollers = { pool: 'polling', workers: 2 };

export default defineScenario({
  id: 'batch-looks-once',
  title: 'A pause of two seconds, and the task runs again',
  source: 'found by simulation: xqueue-0.0.4, repair two',
  story:
    'A worker reads the first ten tasks, picks one at random and takes its lock; "the rest unchanged". Two processes with a worker each, ' +
    'Redis 20 ms away, one `email`. The first process stands still for 2 s (garbage collection) between reading the task and locking it.',
  mechanism:
    'Meanwhile the other process locks the task, runs it and gives the lock back: nothing is in the way any more.\n' +
    'What was read 2 s ago is believed: the status is not looked at under the lock, and a task that has ended runs again.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 1, atMs: 300 }],
  },
  environment: {
    processes: 2,
    network: { baseUs: 20_000, jitterUs: 0 },
    faults: [{ kind: 'pause', host: 'app-1', atMs: 1050, forMs: 2000 }],
  },
  designs: [
    { ...pollers, claims: 'batch-random-lock' },
    { ...pollers, claims: 'single-queue-lock' },
    {
      ...pollers,
      id: 'batch-random-lock/look-again',
      claims: 'batch-random-lock',
      claimParameters: { lookAgain: 'yes' },
    },
    { ...pollers, claims: 'random-offset-lock' },
    { ...pollers, claims: 'leased-script' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'legal-lifecycle'],
  expectations: [
    {
      id: 'runs-once',
      source: 'xqueue-changelog, 0.0.2',
      documented: 'a lock on each task keeps it from being run twice',
      on: {
        'the rest is unchanged, as written': 'batch-random-lock',
        'what it repairs, the head of the queue and its lock': 'single-queue-lock',
        'its status is looked at again under the lock': 'batch-random-lock/look-again',
      },
      verdict: 'confirmed only if its status is looked at again under the lock',
      why: 'A lock keeps two workers from running a task at the same time, not one after the other: what it guards must be read under it.',
      measure({ metrics: { submitted }, history: { events } }) {
        const starts = events.filter(({ kind }) => kind === 'started').length;
        return {
          measured: `${submitted} task, ${starts} ${starts === 1 ? 'run' : 'runs'}`,
          confirmed: starts === submitted,
        };
      },
    },
    ...(['random-offset-lock', 'leased-script'] as const).map((on) => ({
      id: `${on}-runs-once`,
      source: on === 'leased-script' ? 'sound: after xqueue-0.0.4, loss repair two' : 'xqueue-changelog, 0.0.4.1',
      documented:
        on === 'leased-script'
          ? 'reading, locking and marking are one script: there is nothing to be out of date'
          : 'double check: the status is verified again under the lock',
      on,
      invariant: 'no-duplicate-execution',
      expect: 'holds' as const,
    })),
  ],
});
