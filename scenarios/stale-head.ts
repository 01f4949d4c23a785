import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const pollers = { pool: 'polling', workers: 10, poolParameters: { cadence: 'rest' } };

function runsTwice({ metrics: { submitted, duplicated } }: RunResult) {
  return { measured: `${duplicated} of ${submitted} run more than once`, confirmed: duplicated === 0 };
}

export default defineScenario({
  id: 'stale-head',
  title: 'The lock is free, and the task has just ended',
  source: 'found by simulation: xqueue-0.0.4, bug 2; xqueue-changelog, 0.0.2–0.0.3',
  story:
    'Ten workers read the head of the queue, take its lock, run the task (0 to 2 ms) and rest for a second. As the text of bug 2 has it, ' +
    'the task stays at the head until it has ended. A hundred notices, no limit, an ordinary data centre.',
  mechanism:
    'Who reads the head just before it leaves asks for its lock two round trips later, and by then it has been given back.\n' +
    'The lock is free, the task has ended, and it runs again: its status is not looked at under the lock.',
  workload: {
    types: { notice: { handlerMs: [0, 2] } },
    arrivals: [{ type: 'notice', count: 100, atMs: 300 }],
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
  invariants: ['no-task-lost', 'no-duplicate-execution', 'legal-lifecycle'],
  expectations: [
    {
      id: 'locks-against-repeats',
      source: 'xqueue-changelog, 0.0.2',
      documented: 'a distributed lock keeps a task from being processed twice',
      on: {
        'the head stays until its task has ended, as in the text': 'single-queue-lock/head-stays',
        'it leaves with its status, as in the code': 'single-queue-lock',
      },
      needsTrueTime: true,
      verdict: 'confirmed only if it leaves with its status, as in the code',
      why: 'Read, then lock, and no second look. Where the head stays, one round trip at the end of every task is enough; where it leaves, it takes a colleague that is done with the whole task in between, as after a pause (batch-looks-once).',
      measure: runsTwice,
    },
    ...(['random-offset-lock', 'leased-script'] as const).map((on) => ({
      id: `${on}-runs-once`,
      source: on === 'leased-script' ? 'sound: after xqueue-0.0.4, loss repair two' : 'xqueue-changelog, 0.0.4.1',
      documented:
        on === 'leased-script'
          ? 'reading, locking and marking are one script'
          : 'double check: the status is verified again under the lock',
      on,
      invariant: 'no-duplicate-execution',
      expect: 'holds' as const,
    })),
  ],
});
