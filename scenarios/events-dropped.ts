import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const eventDriven = { claims: 'atomic-script', pool: 'event-driven', workers: 10 };
const poolParameters = { whenFull: 'drop' };

const neverRun = ({ metrics: { lost, submitted } }: RunResult) => ({
  measured: `${lost} of ${submitted} never run`,
  confirmed: lost === 0,
});

export default defineScenario({
  id: 'events-dropped',
  title: 'One wake-up for each task, and it comes too early',
  source: 'found by simulation: xqueue-0.0.4, solution one',
  story:
    'Twelve tasks at once, three may run at a time. Nobody polls: a submission is an event, and an event wakes one worker. The ' +
    'document does not say what becomes of an event that finds all tokens taken. At that place in its solution four the code skips.',
  mechanism:
    'Nine events find no token and are spent. Their tasks are safe in the queue, and nothing will speak of them again:\n' +
    'a task that ends frees its token and its worker, and neither of them looks into the queue.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 } },
    arrivals: [{ type: 'example', count: 12, atMs: 300 }],
  },
  designs: [
    { ...eventDriven, id: 'event-driven' },
    { ...eventDriven, id: 'event-driven/drop', poolParameters },
    { id: 'hybrid', claims: 'type-queue', pool: 'hybrid' },
    { id: 'hybrid/drop', claims: 'type-queue', pool: 'hybrid', poolParameters },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-lost-wakeup'],
  expectations: [
    {
      id: 'every-event-is-served',
      documented:
        'event, token, idle worker: no delay, exact limits, best use of resources (implied: every task is run)',
      on: { 'an event without a token waits': 'event-driven', 'it is skipped': 'event-driven/drop' },
      verdict: 'confirmed only if an event without a token waits',
      why: 'Skipped, as many tasks run as there were tokens when the events came. The rest wait for events that have been.',
      measure: neverRun,
    },
    {
      id: 'hybrid-too',
      source: 'xqueue-0.0.4, solution five',
      documented: 'typed pools take their events at once (implied: every task is run)',
      on: { 'an event without a token waits': 'hybrid', 'it is skipped': 'hybrid/drop' },
      why: "In one process a type's pool has as many workers as tokens: an event waits for the worker, and then there is a token.",
      measure: neverRun,
    },
  ],
});
