import { defineScenario } from '../src/scenario/define-scenario.ts';
import { asARule, atWorst } from './stream-pickup.ts';

const figure = 'estimates-by-pool';

export default defineScenario({
  id: 'pickup-today',
  title: 'Picking up a task today',
  source: 'xqueue-0.0.4, estimate table',
  story:
    'One `email` every 13.1 s, and three workers that poll one queue every 5 s, in step: never more than one task waits, and never is a ' +
    'worker missing. What a task waits for is the next poll. (Six other ways to pick up tasks have more to carry: pickup-by-pool.)',
  seeds: 3,
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 50, atMs: 310, everyMs: 13_100 }],
  },
  designs: [
    { id: 'today', claims: 'single-queue-lock', pool: 'polling', workers: 3, poolParameters: { intervalMs: 5000 } },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'today-at-worst',
      figure,
      documented: 'today: high (5 s) (read as: at worst)',
      on: 'today',
      needsTrueTime: true,
      measure: atWorst(5000),
    },
    {
      id: 'today-as-a-rule',
      figure,
      documented: 'today: high (5 s) (read as: as a rule)',
      on: 'today',
      verdict: 'refuted',
      why: 'A task comes at any moment between two polls: it waits half an interval on average, and a whole one at worst.',
      needsTrueTime: true,
      measure: asARule(5000),
    },
  ],
});
