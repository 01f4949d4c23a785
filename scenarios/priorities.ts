import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'estimates-by-pool';
const workers = 10;

/** How long urgent tasks wait, and whether a less urgent one was ever claimed before them. */
const measure = ({ history: { events, timesUs }, invariants }: RunResult) => {
  const urgentSince = new Map<string, number>();
  let longestUs = 0;
  for (const [index, event] of events.entries()) {
    const nowUs = timesUs[index] as number;
    if (event.kind === 'submitting' && (event.priority ?? 0) > 0) urgentSince.set(event.task, nowUs);
    if (event.kind === 'started') longestUs = Math.max(longestUs, nowUs - (urgentSince.get(event.task) ?? nowUs));
  }
  const inOrder = invariants.find(({ id }) => id === 'priority-order')?.verdict === 'holds';
  return {
    measured: `${inOrder ? 'in order' : 'out of order'}; urgent tasks wait up to ${(longestUs / 1e6).toFixed(1)} s`,
    confirmed: inOrder,
  };
};

export default defineScenario({
  id: 'priorities',
  title: 'Urgent emails behind a backlog',
  source: 'xqueue-0.0.4, solution one',
  story:
    'Sixty emails wait, five may run at a time; three times, 2 s apart, five urgent ones come after them. The document counts priorities among the ' +
    'advantages of the event-driven pool. An event says only that there is a task: which one is taken is left to the claim.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'email', count: 60, atMs: 300 },
      ...[2500, 4500, 6500].map((atMs) => ({ type: 'email', count: 5, atMs, priority: 10 })),
    ],
  },
  designs: [
    { claims: 'atomic-script', pool: 'event-driven', workers },
    { claims: 'single-queue-lock', pool: 'event-driven', workers },
    { claims: 'random-offset-lock', pool: 'event-driven', workers },
    { claims: 'stream-group', pool: 'blocking', workers },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'priority-order'],
  expectations: [
    {
      id: 'events-support-priorities',
      figure,
      documented: 'event-driven: supports task priority',
      on: {
        'one script pops the first task': 'atomic-script',
        'workers lock the head': 'single-queue-lock',
        'workers lock a random one of the first ten (0.0.4.1)': 'random-offset-lock',
      },
      verdict: 'confirmed only if one script pops the first task, or workers lock the head',
      why: 'The sorted set holds the order, and the events neither help nor harm. The random offset of 0.0.4.1 gives it up for less contention.',
      measure,
    },
    {
      id: 'streams-support-priorities',
      figure,
      source: 'xqueue-changelog, 0.0.1 (the API) and 0.0.5 (Streams)',
      documented: 'the API supports task priority; Streams keep the order of submission',
      on: 'stream-group',
      verdict: 'refuted',
      why: 'A stream is read in the order in which it was written. The XADD that the document prints has no priority among its fields, and nothing could look at it: 0.0.5 dropped the feature.',
      measure,
    },
  ],
});
