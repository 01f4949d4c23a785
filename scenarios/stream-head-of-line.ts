import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const stream = { claims: 'stream-group', pool: 'blocking', workers: 10 };

/** How long emails wait: their limit is never reached before they come. */
function emailsWait({ history: { events, timesUs } }: RunResult): number[] {
  const submitted = new Map<string, number>();
  const waitsMs: number[] = [];
  for (const [index, event] of events.entries()) {
    const atMs = (timesUs[index] as number) / 1000;
    if (event.kind === 'submitted' && event.type === 'email') submitted.set(event.task, atMs);
    if (event.kind === 'started' && event.type === 'email') waitsMs.push(atMs - (submitted.get(event.task) ?? atMs));
  }
  return waitsMs;
}

function pickedUp(run: RunResult) {
  const most = Math.max(...emailsWait(run));
  const waited = most < 100 ? `${most.toFixed(1)} ms` : `${(most / 1000).toFixed(1)} s`;
  return {
    measured: `within ${waited}, with ${run.metrics.concurrency.example?.mean.toFixed(1)} examples at once`,
    confirmed: most < 100,
  };
}

export default defineScenario({
  id: 'stream-head-of-line',
  title: 'Five emails behind two dozen examples',
  source: 'found by simulation: xqueue-0.0.5, solution three',
  story:
    'Ten workers share one stream. 24 `example` tasks of 5 s are waiting, three of which may run at once, when five emails come. All five ' +
    'tokens for emails are free, and seven of the ten workers run nothing.',
  mechanism:
    'A worker learns an entry’s type by taking it: seven hold an example each, and wait for one of three tokens.\n' +
    'Nobody is left to read on. The emails wait until all but nine of the examples are done.',
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 }, email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'example', count: 24, atMs: 300 },
      { type: 'email', count: 5, atMs: 1000 },
    ],
  },
  designs: [
    stream,
    { ...stream, id: 'stream-group/leave-pending', claimParameters: { whenFull: 'leave-pending' } },
    { claims: 'stream-per-type', pool: 'blocking', workers: 10 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'work-conserving'],
  expectations: [
    {
      id: 'picked-up',
      figure: 'streams-by-the-numbers',
      source: 'xqueue-changelog, 0.0.5, performance table',
      documented: 'tasks are picked up within 100 ms',
      on: {
        'a worker without a token waits with its entry': 'stream-group',
        'it leaves the entry to be claimed back': 'stream-group/leave-pending',
      },
      needsTrueTime: true,
      verdict: 'confirmed only if it leaves the entry to be claimed back',
      why: 'Leaving it frees the worker for the emails, and costs the examples a minute: their entries must grow idle before anyone takes them.',
      measure: pickedUp,
    },
    {
      id: 'limits-are-reached',
      source: 'xqueue-changelog, 0.0.5, expected effects',
      documented: 'no contention: the limits alone decide what runs (no worker idles while a task has room)',
      on: 'stream-group',
      invariant: 'work-conserving',
      expect: 'holds',
      verdict: 'refuted',
      why: 'Contention for the stream has become contention for the workers: a full type occupies them all.',
    },
    {
      id: 'asks-types-with-room',
      source: 'sound: after xqueue-0.0.5, solution three',
      documented: 'a stream for each type, and only those with room are read: a full type holds up no other',
      on: 'stream-per-type',
      needsTrueTime: true,
      measure: pickedUp,
    },
  ],
});
