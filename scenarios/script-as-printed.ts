import { defineScenario } from '../src/scenario/define-scenario.ts';

const pollers = { pool: 'polling', workers: 10 };

export default defineScenario({
  id: 'script-as-printed',
  title: 'The script that never runs a task',
  source: 'found by simulation: xqueue-0.0.4, loss repair two',
  story:
    'The thorough repair of the task loss is one Lua script: check the limit, pop a task, take a token. Ten workers run it as the ' +
    'document prints it, on the document’s own acceptance test: 10 `example` and 10 `email` tasks.',
  mechanism:
    'Arguments of a script are strings, ZCARD answers a number, and Lua does not compare the two: it raises an error.\n' +
    'No claim of a type with a limit ever succeeds. (As printed, the function is not even called.)',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 }, email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'example', count: 10, atMs: 300 },
      { type: 'email', count: 10, atMs: 300 },
    ],
  },
  designs: [
    {
      ...pollers,
      id: 'atomic-script/as-printed',
      claims: 'atomic-script',
      claimParameters: { limitArgument: 'string' },
    },
    { ...pollers, claims: 'atomic-script' },
    { ...pollers, claims: 'leased-script' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak'],
  expectations: [
    {
      id: 'twenty-of-twenty',
      source: 'xqueue-0.0.4, verification of the repair',
      documented: '20 tasks submitted, 20 succeed, 0 fail',
      on: {
        'the limit is compared as it arrives, a string': 'atomic-script/as-printed',
        'the limit is made a number': 'atomic-script',
      },
      verdict: 'confirmed only if the limit is made a number',
      why: 'ARGV[1] is the string "3": `current_count >= max_concurrency` is a Lua error at each poll, before anything is popped. The tasks are safe, and stay where they are.',
      measure({ metrics: { submitted, completed }, history: { events } }) {
        const errors = events.filter(({ kind }) => kind === 'poll-failed').length;
        return {
          measured: `${completed} of ${submitted} succeed${errors === 0 ? '' : ', every poll fails'}`,
          confirmed: completed === submitted,
        };
      },
    },
    {
      id: 'sound-completes',
      source: 'sound: after xqueue-0.0.4, loss repair two',
      documented: 'every accepted task is run',
      on: 'leased-script',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
  ],
});
