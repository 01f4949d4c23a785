import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const pollers = { pool: 'polling', workers: 4 };

export default defineScenario({
  id: 'pop-then-crash',
  title: 'Popped, and in nobody’s hands',
  source: 'found by simulation: xqueue-0.0.4, loss repairs one and two',
  story:
    'Both repairs of the task loss pop a task from its queue and then mark it processing: two steps. Redis is 20 ms away, and one of two ' +
    'processes dies between the two steps of its first poll: the window is two round trips. The other process goes on.',
  mechanism:
    'ZPOPMIN removes the task at Redis; until its worker has read it and written its status, only that worker’s memory knows it is due.\n' +
    'The record still says pending, no queue has the id, and nothing ever looks for such tasks.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 20, atMs: 300 }],
  },
  environment: {
    processes: 2,
    network: { baseUs: 20_000, jitterUs: 0 },
    faults: [{ kind: 'crash', host: 'app-1', atMs: 1075, downMs: 2000 }],
  },
  designs: [
    { ...pollers, claims: 'token-first' },
    { ...pollers, claims: 'atomic-script' },
    { ...pollers, claims: 'leased-script' },
    { claims: 'reliable-list', pool: 'blocking', workers: 4 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'legal-lifecycle'],
  expectations: [
    ...(['token-first', 'atomic-script'] as const).map((on) => ({
      id: `${on}-loses-nothing`,
      source: 'xqueue-0.0.4, verification of the repair',
      documented: 'task loss 0 %: limit and pop first, then status processing',
      on,
      verdict: 'refuted' as const,
      why: 'The order is right for the limit; the task is lost all the same when its worker dies with it between pop and status. (Later, in the handler, it would be lost too: nothing puts it back.)',
      measure: ({ metrics, history: { events } }: RunResult) => {
        const claimed = new Set(events.flatMap((event) => (event.kind === 'claimed' ? [event.task] : [])));
        return {
          measured: `${metrics.submitted - claimed.size} of ${metrics.submitted} popped and never claimed`,
          confirmed: metrics.lost === 0,
        };
      },
    })),
    ...(['leased-script', 'reliable-list'] as const).map((on) => ({
      id: `${on}-loses-nothing`,
      source: on === 'leased-script' ? 'sound: after xqueue-0.0.4, loss repair two' : 'sound: reliable lists',
      documented: 'a task is always in a queue, or in the name of somebody whose death is noticed',
      on,
      invariant: 'no-task-lost',
      expect: 'holds' as const,
    })),
  ],
});
