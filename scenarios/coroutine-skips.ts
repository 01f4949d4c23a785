import { defineScenario } from '../src/scenario/define-scenario.ts';

const pool = 'coroutine';

export default defineScenario({
  id: 'coroutine-skips',
  title: 'The next step on the road map has the same bug',
  source: 'found by simulation: xqueue-0.0.4, solution four',
  story:
    'Up to a thousand light workers, recommended as the second step: simple, with exact limits. As printed, a coroutine takes a task ' +
    'off its channel, asks for the token of its type, and where there is none, returns: "cannot get a token, skip".',
  mechanism:
    'The task is off its queue when the token is refused, and `return` puts it nowhere: the order that made 0.0.4 lose tasks.\n' +
    'Ten workers popped too early there, once a second; here a thousand may, as fast as they can.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 } },
    arrivals: [{ type: 'example', count: 12, atMs: 300 }],
  },
  designs: [
    { claims: 'zpopmin-then-token', pool },
    { claims: 'token-first', pool },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'nothing-is-skipped-for-good',
      documented: 'exact limits, quick responses, simple (implied: a skipped task is run later)',
      on: { 'the task is taken first, as printed': 'zpopmin-then-token', 'the token is taken first': 'token-first' },
      verdict: 'confirmed only if the token is taken first',
      why: 'As printed, all that the limit does not let in at once is lost.',
      measure: ({ metrics: { completed, submitted, lost } }) => ({
        measured: `${completed} of ${submitted} complete, ${lost} are lost`,
        confirmed: completed === submitted,
      }),
    },
    {
      id: 'a-thousand-do-no-harm',
      source: 'xqueue-0.0.4, loss repair one',
      documented: 'the right order: check the limit, then pop, then mark it processing',
      on: 'token-first',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
  ],
});
