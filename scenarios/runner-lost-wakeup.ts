import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const runner = 'sequenced-runner';

/** Schedules are told apart by the first part of their tasks' ids. */
function schedulesWith({ history: { events } }: RunResult): { explored: number; stuck: number } {
  const open = new Map<string, Set<string>>();
  for (const event of events) {
    if (event.kind !== 'submitted' && event.kind !== 'finished') continue;
    const schedule = event.task.slice(0, event.task.indexOf('.'));
    const tasks = open.get(schedule) ?? new Set();
    open.set(schedule, tasks);
    // A task may be run to its end before its post has returned.
    if (!tasks.delete(event.task)) tasks.add(event.task);
  }
  return { explored: open.size, stuck: [...open.values()].filter(({ size }) => size > 0).length };
}

const stuckSchedules = (run: RunResult) => {
  const { explored, stuck } = schedulesWith(run);
  return `a task is never run in ${stuck} of ${explored} schedules`;
};

export default defineScenario({
  id: 'runner-lost-wakeup',
  title: 'One look too few',
  source: 'task-runner, 3',
  story:
    'Two goroutines post three tasks each to a sequenced runner. Its run loop looks at the queue and then says that it is idle; a task ' +
    'that comes in between is seen by nobody, unless the loop looks again. All schedules with up to two delays are tried.',
  seeds: 3,
  workload: {
    posts: [{ type: 'step', count: 6, handlerMs: 0, callers: 2 }],
    schedules: { delays: 2 },
    durationMs: 1,
  },
  designs: [
    { id: 'without-double-check', runner, parameters: { loop: 'without-double-check' } },
    { id: 'double-check', runner, parameters: { loop: 'double-check' } },
    { id: 'sound', runner, parameters: { loop: 'sound' } },
  ],
  invariants: ['no-task-lost'],
  expectations: [
    {
      id: 'loses-wakeups',
      documented: 'a loop without the double check may miss a task that has just come',
      figure: 'ten-weaknesses',
      on: 'without-double-check',
      measure: (run) => ({ measured: stuckSchedules(run), confirmed: schedulesWith(run).stuck > 0 }),
    },
    {
      id: 'double-check-holds',
      documented: 'an atomic compare-and-swap and a single run loop; looking twice loses nothing',
      figure: 'ten-weaknesses',
      on: 'double-check',
      measure: (run) => ({ measured: stuckSchedules(run), confirmed: schedulesWith(run).stuck === 0 }),
    },
  ],
});
