import { defineScenario } from '../src/scenario/define-scenario.ts';

const pollers = { pool: 'polling', workers: 10 };

export default defineScenario({
  id: 'script-token-collides',
  title: 'Ten workers share one token',
  source: 'found by simulation: xqueue-0.0.4, loss repair two',
  story:
    'One Lua script checks the limit, pops a task and takes a token, named after its owner and the second: `<worker_id>:<second>`. ' +
    'The document’s other atomic pops are handed the id of the process (`tm.instanceID`). Ten workers of one process, at most three tasks at once.',
  mechanism:
    'Claims of one process within one second name their tokens alike: ZADD writes the same member again, and ZCARD still counts one.\n' +
    'The limit is never reached; and the first of them to end gives back the token of all.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 } },
    arrivals: [{ type: 'example', count: 12, atMs: 300 }],
  },
  designs: [
    {
      ...pollers,
      id: 'atomic-script/process',
      claims: 'atomic-script',
      claimParameters: { tokenOwner: 'process' },
    },
    {
      ...pollers,
      id: 'atomic-script/process-unique',
      claims: 'atomic-script',
      claimParameters: { tokenOwner: 'process', tokenName: 'unique' },
    },
    { ...pollers, id: 'atomic-script/worker', claims: 'atomic-script' },
    { ...pollers, claims: 'leased-script' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak'],
  expectations: [
    {
      id: 'at-most-three',
      source: 'xqueue-0.0.4, verification of the repair',
      documented: 'at most 3 `example` tasks at once, strictly by the limit',
      on: {
        'worker_id is the process, as in its other pops': 'atomic-script/process',
        'the process, and names are unique': 'atomic-script/process-unique',
        'worker_id is each worker’s own': 'atomic-script/worker',
      },
      verdict: 'confirmed only if the process, and names are unique, or worker_id is each worker’s own',
      why: 'A sorted set has each member once: ten tokens of one name are one, and the limit is checked against their count.',
      measure({ metrics }) {
        const most = metrics.concurrency.example?.max ?? 0;
        return { measured: `up to ${most} at once`, confirmed: most <= 3 };
      },
    },
    {
      id: 'sound-holds',
      source: 'sound: after xqueue-0.0.4, loss repair two',
      documented: 'a token is an attempt at a task: no two share a name',
      on: 'leased-script',
      invariant: 'concurrency-limit',
      expect: 'holds',
    },
  ],
});
