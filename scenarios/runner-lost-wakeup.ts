import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const runner = 'sequenced-runner';
const DELAYS = 3;
const design = (loop: string) => ({ id: loop, runner, parameters: { loop } });

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
  return `all ${explored} schedules with at most ${DELAYS} delays visited, a task never run in ${stuck}`;
};

const losesNothing = (run: RunResult) => ({
  measured: stuckSchedules(run),
  confirmed: schedulesWith(run).stuck === 0,
});

export default defineScenario({
  id: 'runner-lost-wakeup',
  weakness: 3,
  title: 'One look too few',
  source: 'task-runner, 3',
  story:
    'Two goroutines post three tasks each to a sequenced runner. Its run loop looks at the queue and then says that it is idle; a task ' +
    'that comes in between is seen by nobody, unless the loop looks again. Every schedule with at most three delays is visited.',
  // Nothing is drawn: the schedules are all there are.
  seeds: 1,
  workload: {
    posts: [{ type: 'step', count: 6, handlerMs: 0, callers: 2 }],
    schedules: { delays: DELAYS },
    durationMs: 1,
  },
  designs: [design('without-double-check'), design('double-check'), design('refactored'), design('sound')],
  invariants: ['no-task-lost', 'sequenced'],
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
      measure: losesNothing,
    },
    {
      id: 'refactored',
      documented: 'repair: the shared logic extracted, the loop simpler, and as correct',
      figure: 'ten-weaknesses',
      on: 'refactored',
      verdict: 'refuted',
      why: 'It does not take an unlucky schedule: after its first task no loop runs, and `running` stays 1.',
      measure: losesNothing,
    },
    {
      id: 'sound',
      source: 'windtunnel',
      documented: 'one place to look again, and `running` passed on while there is more: no wake-up is lost',
      on: 'sound',
      measure: losesNothing,
    },
  ],
});
