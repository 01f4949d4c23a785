import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const runner = 'single-thread-runner';

/** Posts made after the shutdown had ended, and how many of them were accepted. */
function late({ history: { events } }: RunResult): { posted: number; accepted: number } {
  const end = events.findIndex((event) => event.kind === 'shutdown' && event.phase === 'drained');
  const after = events.slice(end);
  const posted = new Set(after.flatMap((event) => (event.kind === 'submitting' ? [event.task] : [])));
  const accepted = after.filter((event) => event.kind === 'submitted' && posted.has(event.task)).length;
  return { posted: posted.size, accepted };
}

const refusesAll = (run: RunResult) => {
  const { posted, accepted } = late(run);
  return { measured: `${accepted} of ${posted} later posts were accepted`, confirmed: posted > 0 && accepted === 0 };
};

export default defineScenario({
  id: 'runner-post-after-close',
  weakness: 1,
  title: 'Accepted by a runner that is gone',
  source: 'task-runner, 1',
  story: 'A task is posted every millisecond to a runner that is shut down half-way.',
  mechanism:
    'The repair asks `case <-ctx.Done()` and `case workQueue <- task` in one select; of two cases that can go on, Go takes any.\n' +
    'A closed runner with room so accepts every other post, returns nil, and nobody ever runs it.',
  workload: { posts: [{ type: 'task', count: 100, everyMs: 1, handlerMs: 0 }], shutdownAtMs: 50.5, durationMs: 200 },
  designs: [
    { id: 'reject', runner, parameters: { whenFull: 'reject' } },
    { id: 'sound', runner, parameters: { whenFull: 'reject', closing: 'locked' } },
  ],
  invariants: ['no-task-lost', 'sequenced'],
  expectations: [
    {
      id: 'runner-closed',
      documented: 'repair: a closed runner answers "runner closed"',
      figure: 'ten-weaknesses',
      on: 'reject',
      verdict: 'refuted',
      why: 'Where there is room both cases of the select can go on, and Go takes either.',
      measure: refusesAll,
    },
    {
      id: 'lost',
      documented: 'repair: what was accepted is run',
      figure: 'ten-weaknesses',
      on: 'reject',
      invariant: 'no-task-lost',
      expect: 'holds',
      verdict: 'refuted',
      why: 'The thread that would run it has ended.',
    },
    {
      id: 'sound-closed',
      source: 'windtunnel',
      documented: 'with posts and the end under one mutex, a closed runner refuses',
      on: 'sound',
      measure: refusesAll,
    },
  ],
});
