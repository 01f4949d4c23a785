import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const pollers = { pool: 'polling', workers: 3 };

/** From when the `example` tasks come to when the first and the last of them start, in s. */
function exampleWaits({ history: { events, timesUs } }: RunResult) {
  const asked = events.findIndex((event) => event.kind === 'submitting' && event.type === 'example');
  const submittedUs = timesUs[asked] ?? 0;
  const starts = events.flatMap((event, index) =>
    event.kind === 'started' && event.type === 'example' ? [((timesUs[index] ?? 0) - submittedUs) / 1e6] : [],
  );
  const first = starts[0] ?? Number.POSITIVE_INFINITY;
  const last = starts.at(-1) ?? Number.POSITIVE_INFINITY;
  return {
    measured: `the first of 5 starts after ${first.toFixed(0)} s, the last after ${last.toFixed(0)} s`,
    confirmed: last <= 30,
  };
}

export default defineScenario({
  id: 'token-first-starves',
  title: 'Who comes second in the list of types never comes',
  source: 'found by simulation: xqueue-0.0.4, loss repairs one and two',
  story:
    'A worker asks for a token and a task of one type after another, from the first type on. Three workers; for a minute, a little more ' +
    '`email` comes than they can do. Five `example` tasks come early on, and all their tokens are free.',
  mechanism:
    'The walk through the types begins at the first with every claim, and the first type’s limit is above the number of workers:\n' +
    'while it has a backlog, there is always a token and a task of it, and the second type is never asked for.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 }, example: { limit: 3, handlerMs: 5000 } },
    arrivals: [
      { type: 'example', count: 5, atMs: 4700 },
      { type: 'email', count: 120, atMs: 300, everyMs: 500 },
    ],
  },
  designs: [
    { ...pollers, claims: 'token-first' },
    { ...pollers, claims: 'atomic-script' },
    { ...pollers, id: 'token-first/rotating', claims: 'token-first', claimParameters: { typeOrder: 'rotating' } },
    { ...pollers, claims: 'leased-script' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak'],
  expectations: [
    {
      id: 'each-type-has-its-turn',
      documented: 'for each type that has room: a token, then a task (how long a type may wait is not said: 30 s)',
      on: {
        'types in the order of the list': 'token-first',
        'the same, as a script': 'atomic-script',
        'each claim begins one type further': 'token-first/rotating',
      },
      needsTrueTime: true,
      verdict: 'confirmed only if each claim begins one type further',
      why: 'Five tokens for three workers: the first type alone can keep all of them, and room for the second is no use to it.',
      measure: exampleWaits,
    },
    {
      id: 'sound-takes-turns',
      source: 'sound: after xqueue-0.0.4, loss repair two',
      documented: 'types in turn (30 s)',
      on: 'leased-script',
      needsTrueTime: true,
      measure: exampleWaits,
    },
  ],
});
