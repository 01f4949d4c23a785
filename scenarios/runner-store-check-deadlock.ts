import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const design = (duplicateCheck: string, threads: number) => ({
  id: `${duplicateCheck}-${threads}`,
  runner: 'job-manager',
  parameters: { duplicateCheck, threads, layers: 'shared-pool' },
});
const run = ({ metrics: { completed } }: RunResult) => ({
  measured: `${completed} of 5 jobs run`,
  confirmed: completed === 5,
});

export default defineScenario({
  id: 'runner-store-check-deadlock',
  weakness: 6,
  title: 'The check that waits for its own thread',
  source: 'task-runner, 6',
  story: 'Five jobs are submitted one after the other, on a pool of one thread and on one of two.',
  mechanism:
    'The repair posts the look into the store to the I/O layer, and waits for `<-checkDone` within the control layer, on a thread.\n' +
    'Where both layers borrow threads of one pool, and the pool has one, the control layer waits for what can only run after it.',
  workload: { posts: [{ type: 'job', count: 5, handlerMs: 10 }], durationMs: 2000 },
  designs: [design('store', 1), design('store', 2), design('sound', 1)],
  invariants: ['no-duplicate-job', 'posts-answered'],
  expectations: [
    {
      id: 'check-ends',
      needsTrueTime: true,
      documented: 'repair: wait for the result of the check',
      figure: 'ten-weaknesses',
      on: { 'layers share a pool of two threads': 'store-2', 'they share one of one thread': 'store-1' },
      verdict: 'confirmed only if layers share a pool of two threads',
      why: 'The control layer holds a thread while it waits; with one thread nobody is left to look.',
      measure: run,
    },
    {
      id: 'sound',
      needsTrueTime: true,
      source: 'windtunnel',
      documented: 'the I/O layer answers the caller itself: no thread is held while the store is asked',
      on: 'sound-1',
      measure: run,
    },
  ],
});
