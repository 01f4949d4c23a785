import { defineScenario } from '../src/scenario/define-scenario.ts';

const figure = 'ten-weaknesses';
const design = (duplicateCheck: string) => ({
  id: duplicateCheck,
  runner: 'job-manager',
  parameters: { duplicateCheck, threads: 2 },
});

export default defineScenario({
  id: 'runner-restart',
  weakness: 6,
  title: 'Jobs run twice after a restart',
  source: 'task-runner, 6',
  story:
    'Eight jobs are submitted to two threads, the process dies with six of them pending in the store, and comes back. It takes up what ' +
    'is pending there, and the callers, who have heard nothing, submit their jobs again.',
  workload: {
    posts: [{ type: 'job', count: 8, callers: 8, handlerMs: 50, againAtMs: [91] }],
    durationMs: 3000,
  },
  environment: { faults: [{ kind: 'crash', host: 'app-1', atMs: 40, downMs: 50 }] },
  designs: [design('memory'), design('store'), design('sound')],
  invariants: ['no-duplicate-job', 'no-task-lost'],
  expectations: [
    {
      id: 'twice',
      documented: 'after a restart the pending jobs of the database are run twice',
      figure,
      on: 'memory',
      measure(run) {
        const twice = run.invariants.find(({ id }) => id === 'no-duplicate-job')?.violations.length ?? 0;
        return { measured: `${twice} of 8 jobs run once too often`, confirmed: twice > 0 };
      },
    },
    {
      id: 'once',
      documented: 'repair: the store is asked too, and no job is run twice',
      figure,
      on: 'store',
      invariant: 'no-duplicate-job',
      expect: 'holds',
    },
    {
      id: 'sound-once',
      source: 'windtunnel',
      documented: 'the store takes each id once: no job is run twice',
      on: 'sound',
      invariant: 'no-duplicate-job',
      expect: 'holds',
    },
  ],
});
