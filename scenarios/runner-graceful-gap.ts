import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const SCHEDULES = 200;
const design = (shutdown: string) => ({ id: shutdown, runner: 'task-scheduler', parameters: { shutdown, threads: 1 } });

/** Schedules in which the shutdown said that all was done while a task was not. */
const tooEarly = ({ invariants }: RunResult) => {
  const breaches = invariants.find(({ id }) => id === 'graceful-shutdown')?.violations.length ?? 0;
  return { measured: `too early in ${breaches} of ${SCHEDULES} schedules`, confirmed: breaches === 0 };
};

export default defineScenario({
  id: 'runner-graceful-gap',
  weakness: 4,
  title: 'Between two counters',
  source: 'task-runner, 4',
  story:
    'Three tasks of 100 ms are queued for one thread, and the scheduler is shut down gracefully; it looks every 100 ms, just when a task ' +
    'ends and the next begins. Two hundred schedules are drawn from the seed.',
  mechanism:
    'A thread takes a task from the queue, and then counts itself active; the shutdown reads one counter after the other.\n' +
    'In between the last task is in neither: both are 0, the shutdown ends well, and the task begins.',
  workload: {
    posts: [{ type: 'task', count: 3, handlerMs: 100 }],
    shutdownAtMs: 100,
    schedules: { random: SCHEDULES },
    durationMs: 1000,
  },
  designs: [design('graceful'), design('sound')],
  invariants: ['graceful-shutdown', 'no-task-lost'],
  expectations: [
    {
      id: 'two-counters',
      documented: 'repair, graceful: done when QueuedTaskCount and ActiveTaskCount are 0',
      figure: 'ten-weaknesses',
      on: 'graceful',
      verdict: 'refuted',
      why: 'Two counters that are not read, nor written, at once: a task on its way from one to the other is in neither.',
      measure: tooEarly,
    },
    {
      id: 'sound',
      source: 'windtunnel',
      documented: 'one count, from the post to the end of the task',
      on: 'sound',
      measure: tooEarly,
    },
  ],
});
