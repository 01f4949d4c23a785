import { defineScenario } from '../src/scenario/define-scenario.ts';

const design = (scan: string) => ({ id: scan, runner: 'task-scheduler', parameters: { scan, threads: 1 } });

export default defineScenario({
  id: 'runner-priority-scan',
  weakness: 8,
  title: 'Whoever asks least is served first',
  source: 'task-runner, 8',
  story: 'Forty best-effort tasks are queued, then ten come that a user waits for. One thread.',
  mechanism:
    'The sketch of GetWork looks at `queues[i]` for i from 0 to 2, and the document numbers its priorities from best effort up.\n' +
    'With queues indexed by priority it serves best effort first, and user-blocking tasks when nothing else is left.',
  workload: {
    posts: [
      { type: 'background', count: 40, handlerMs: 10, priority: 'best-effort' },
      { type: 'click', count: 10, handlerMs: 10, priority: 'user-blocking', atMs: 5 },
    ],
    durationMs: 2000,
  },
  designs: [design('greatest-first'), design('least-first')],
  invariants: ['no-task-lost'],
  expectations: [
    {
      id: 'user-first',
      documented: 'three priorities: best effort, user visible, user blocking',
      figure: 'ten-weaknesses',
      on: {
        'the first queue is that of the highest priority': 'greatest-first',
        'queues are indexed by priority': 'least-first',
      },
      verdict: 'confirmed only if the first queue is that of the highest priority',
      why: 'The sketch scans from index 0, and index 0 is BestEffort in the order in which the document names the priorities.',
      measure({ history: { events } }) {
        const order = events.flatMap((event) => (event.kind === 'started' ? [event.type] : []));
        const before = order.slice(0, order.indexOf('click')).length;
        return { measured: `${before} background tasks before the first click`, confirmed: before <= 1 };
      },
    },
  ],
});
