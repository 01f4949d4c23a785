import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const URGENT = 't61';

function urgentWaits({ history: { events, timesUs } }: RunResult) {
  const at = (kind: 'submitted' | 'started'): number => {
    const index = events.findIndex((event) => event.kind === kind && event.task === URGENT);
    return (timesUs[index] as number) / 1e6;
  };
  const waitS = at('started') - at('submitted');
  return { measured: `it waits ${waitS.toFixed(1)} s`, confirmed: waitS <= 5 };
}

export default defineScenario({
  id: 'stream-forgets-priority',
  title: 'The urgent email goes to the end of the line',
  source: 'found by simulation: xqueue-changelog, 0.0.5',
  story:
    'Sixty emails of 1 s are waiting, five at a time, when one more comes, with priority 10. Until 0.0.4.1 the queue was a sorted set by ' +
    'priority; now it is a stream. The interface still takes a priority.',
  mechanism:
    'XADD knows one place, the end. The priority of a task is accepted, stored in its record, and read by nobody.\n' +
    'Order of submission is praised as an advantage, and compatibility promised: both cannot be had.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'email', count: 60, atMs: 300 },
      { type: 'email', count: 1, atMs: 1000, priority: 10 },
    ],
  },
  designs: [
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
    { claims: 'single-queue-lock', pool: 'polling', workers: 10 },
    { claims: 'leased-script', pool: 'polling', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'priority-order'],
  expectations: [
    {
      id: 'urgent-first',
      documented: 'all interfaces stay compatible: tasks have priorities (no figure given: within 5 s)',
      on: 'stream-group',
      verdict: 'refuted',
      why: 'It starts after all sixty. A stream has no order but that of arrival: priorities would need a stream each.',
      measure: urgentWaits,
    },
    {
      id: 'urgent-before',
      source: 'xqueue-changelog, 0.0.3–0.0.4',
      documented: 'the pending task of the highest priority goes first',
      on: 'single-queue-lock',
      measure: urgentWaits,
    },
    {
      id: 'urgent-sound',
      source: 'sound: after xqueue-0.0.4, loss repair two',
      documented: 'the most urgent task of a type goes first',
      on: 'leased-script',
      invariant: 'priority-order',
      expect: 'holds',
    },
  ],
});
