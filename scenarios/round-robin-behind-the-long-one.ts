import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

/** How many of the short tasks wait for longer than all short work together, divided by three, takes; and the longest wait. */
function heldUp({ history: { events, timesUs } }: RunResult) {
  const submittedUs = new Map<string, number>();
  const waitsS: number[] = [];
  for (const [index, event] of events.entries()) {
    const timeUs = timesUs[index] ?? 0;
    if (event.kind === 'submitting') submittedUs.set(event.task, timeUs);
    if (event.kind === 'started' && event.type === 'notice') {
      waitsS.push((timeUs - (submittedUs.get(event.task) ?? 0)) / 1e6);
    }
  }
  const held = waitsS.filter((seconds) => seconds > 30).length;
  return { held, measured: `${held} of 30 wait for longer than 30 s, ${Math.max(...waitsS).toFixed(0)} s at worst` };
}

export default defineScenario({
  id: 'round-robin-behind-the-long-one',
  title: 'Ten in the queue behind the slow one, and two tills open',
  source: 'xqueue-0.0.5, solution two',
  story:
    'A dispatcher deals tasks out to a queue per worker. One `report` of 60 s, then thirty notices of 1 s, and three workers. Two workers ' +
    'alone could do all notices in 15 s. No limit holds anything back.',
  workload: {
    types: { report: { handlerMs: 60_000 }, notice: { handlerMs: 1000 } },
    arrivals: [
      { type: 'report', count: 1, atMs: 300 },
      { type: 'notice', count: 30, atMs: 500 },
    ],
  },
  designs: [
    { claims: 'worker-queue', pool: 'blocking', workers: 3 },
    {
      id: 'worker-queue/least-loaded',
      claims: 'worker-queue',
      pool: 'blocking',
      workers: 3,
      claimParameters: { assign: 'least-loaded' },
    },
    { claims: 'stream-group', pool: 'blocking', workers: 3 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'work-conserving'],
  expectations: [
    {
      id: 'some-idle-some-overloaded',
      figure: 'contention-by-layout',
      documented: 'uneven load: some workers may idle while others are overloaded',
      on: 'worker-queue',
      invariant: 'work-conserving',
      expect: 'violated',
    },
    {
      id: 'precise-control',
      figure: 'contention-by-layout',
      documented: 'who gets which task can be controlled precisely (implied: to no harm; a notice waits 30 s at most)',
      on: { 'dealt out in turn': 'worker-queue', 'to the shortest queue': 'worker-queue/least-loaded' },
      verdict: 'refuted',
      why: 'A task is dealt out when it comes, not when somebody is free, and cannot be dealt out again. The length of a list says nothing of the task under way.',
      measure(run) {
        const { held, measured } = heldUp(run);
        return { measured, confirmed: held === 0 };
      },
    },
    {
      id: 'streams-wait-for-the-free',
      source: 'xqueue-0.0.5, reasons for the choice',
      figure: 'contention-by-layout',
      documented: 'Streams: each entry goes to a consumer that asks for it',
      on: 'stream-group',
      invariant: 'work-conserving',
      expect: 'holds',
    },
  ],
});
