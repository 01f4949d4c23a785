import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const JOBS = 8;
const design = (id: string, parameters: Record<string, string | number>) => ({
  id,
  runner: 'job-manager',
  parameters: { threads: 2, ...parameters },
});

/** Jobs that never ran well, by the end. */
function undone({ history: { events } }: RunResult): number {
  const done = events.flatMap((event) =>
    event.kind === 'finished' && event.outcome === 'success' ? [event.task] : [],
  );
  return JOBS - new Set(done).size;
}

const allRun = (run: RunResult) => ({
  measured: `${undone(run)} of ${JOBS} jobs never run`,
  confirmed: undone(run) === 0,
});

export default defineScenario({
  id: 'runner-store-check',
  weakness: 6,
  title: 'Refused for ever by the process that died',
  source: 'task-runner, 6',
  story:
    'The process dies while two jobs run and more are pending. When it is back, the callers submit their jobs again, three times.',
  mechanism:
    'The repair refuses a job that the store has as pending or running, and cannot know that whoever ran it is dead.\n' +
    'What ran at the crash is never run again; where no code takes up the pending jobs, which the document does not show, nor are those.',
  workload: {
    posts: [{ type: 'job', count: JOBS, callers: JOBS, handlerMs: 50, againAtMs: [181, 1000, 2000] }],
    durationMs: 4000,
  },
  environment: { faults: [{ kind: 'crash', host: 'app-1', atMs: 130, downMs: 50 }] },
  designs: [
    design('store', { duplicateCheck: 'store' }),
    design('store-no-recovery', { duplicateCheck: 'store', recovery: 'none' }),
    design('sound', { duplicateCheck: 'sound' }),
  ],
  invariants: ['no-duplicate-job'],
  expectations: [
    {
      id: 'all-run',
      documented: 'repair: ask the store, and refuse what is pending or running there',
      figure: 'ten-weaknesses',
      on: { 'a restart takes up pending jobs': 'store', 'it takes up nothing': 'store-no-recovery' },
      verdict: 'refuted',
      why: 'A status says that a job is under way, and not that somebody still runs it: for that it takes an owner that can be seen to be gone.',
      measure: allRun,
    },
    {
      id: 'later-again',
      documented: 'repair: no job is run twice',
      figure: 'ten-weaknesses',
      on: 'store',
      verdict: 'refuted',
      why: 'Only pending and running jobs are duplicates to it: one that has succeeded is run again for whoever asks again.',
      measure(run) {
        const again = run.invariants.find(({ id }) => id === 'no-duplicate-job')?.violations.length ?? 0;
        return { measured: `${again} runs too many`, confirmed: again === 0 };
      },
    },
    {
      id: 'sound',
      source: 'windtunnel',
      documented: 'jobs have an owner; one of an earlier life is taken over, and who asks again is told "accepted"',
      on: 'sound',
      measure: allRun,
    },
    {
      id: 'sound-once',
      source: 'windtunnel',
      documented: 'and none is run again after it succeeded',
      on: 'sound',
      invariant: 'no-duplicate-job',
      expect: 'holds',
    },
  ],
});
