import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'ten-weaknesses';
const JOBS = 8;
const design = (duplicateCheck: string) => ({
  id: duplicateCheck,
  runner: 'job-manager',
  parameters: { duplicateCheck, threads: 2 },
});

/** Jobs that ran to a good end, and runs beyond the first of each. */
function runsOf({ history: { events }, invariants }: RunResult): { done: number; twice: number } {
  const done = new Set(
    events.flatMap((event) => (event.kind === 'finished' && event.outcome === 'success' ? [event.task] : [])),
  );
  return { done: done.size, twice: invariants.find(({ id }) => id === 'no-duplicate-job')?.violations.length ?? 0 };
}

const counted = (run: RunResult) => {
  const { done, twice } = runsOf(run);
  return `${done} of ${JOBS} jobs run, ${twice} once too often`;
};

export default defineScenario({
  id: 'runner-restart-redis',
  weakness: 6,
  title: 'Jobs run twice after a restart, over Redis',
  source: 'task-runner, 6',
  story:
    'The same restart with the jobs in Redis: eight are submitted to two threads, the process dies with two running and six pending, ' +
    'comes back and takes up what is pending, and at once the callers submit their jobs again.',
  workload: {
    posts: [{ type: 'job', count: JOBS, callers: JOBS, handlerMs: 50, againAtMs: [90] }],
    store: { in: 'redis' },
    durationMs: 3000,
  },
  environment: { faults: [{ kind: 'crash', host: 'app-1', atMs: 40, downMs: 50 }] },
  designs: [design('memory'), design('store'), design('sound')],
  invariants: ['no-duplicate-job'],
  expectations: [
    {
      id: 'twice',
      documented: 'after a restart the pending jobs of the database are run twice',
      figure,
      on: 'memory',
      measure: (run) => ({ measured: counted(run), confirmed: runsOf(run).twice > 0 }),
    },
    {
      id: 'once',
      documented: 'repair: the store is asked too, and no job is run twice',
      figure,
      on: 'store',
      measure: (run) => ({ measured: counted(run), confirmed: runsOf(run).twice === 0 }),
    },
    {
      id: 'sound',
      source: 'windtunnel',
      documented: 'inserted by one script, taken over by another: every job is run, and none twice',
      on: 'sound',
      measure: (run) => ({
        measured: counted(run),
        confirmed: runsOf(run).done === JOBS && runsOf(run).twice === 0,
      }),
    },
  ],
});
