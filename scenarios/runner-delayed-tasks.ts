import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'ten-weaknesses';
const design = (id: string, parameters: Record<string, string | number>) => ({
  id,
  runner: 'delay-manager',
  parameters,
});
const TASKS = 100_000;

/** How often the timer was set while tasks were added. */
function setsWhileAdding({ history: { events } }: RunResult): number {
  const lastAdded = events.findLastIndex((event) => event.kind === 'submitted');
  return events.slice(0, lastAdded + 1).filter((event) => event.kind === 'timer-set').length;
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);
const sets = (run: RunResult) => `the timer is set ${times(setsWhileAdding(run))} for ${TASKS} tasks added`;
const late = ({ metrics: { pickUpMs } }: RunResult) => pickUpMs?.max ?? Number.NaN;

export default defineScenario({
  id: 'runner-delayed-tasks',
  title: 'One timer for a hundred thousand delayed tasks',
  source: 'task-runner, 5',
  story:
    'A hundred thousand tasks are delayed, each a little longer than the one before, as time-outs and retries are. One timer over a heap, set ' +
    'anew at every change or only for a new first task; and a timing wheel with ticks of 10 ms. That the timer ' +
    'may jitter, as the document fears too, is not judged: that is the operating system’s and Go’s doing, and timers are exact here.',
  workload: {
    posts: [{ type: 'task', count: TASKS, handlerMs: 0, delayMs: [1003, 21_003] }],
    durationMs: 22_000,
  },
  designs: [
    design('heap', { timer: 'heap', resets: 'every-change' }),
    design('heap-new-first', { timer: 'heap', resets: 'new-first' }),
    design('wheel', { timer: 'wheel' }),
  ],
  weakness: 5,
  seeds: 1,
  invariants: ['timer-accuracy', 'no-task-lost'],
  expectations: [
    {
      id: 'resets',
      documented: 'when many delayed tasks are added, the timer is reset often',
      figure,
      on: { 'every change resets it': 'heap', 'only a new first task does': 'heap-new-first' },
      verdict: 'confirmed only if every change resets it',
      why: 'A task that is due later than another changes nothing for the timer. Of delays that grow only the first is a new first.',
      measure: (run) => ({ measured: sets(run), confirmed: setsWhileAdding(run) >= TASKS / 2 }),
    },
    {
      id: 'wheel-resets',
      documented: 'repair, timing wheel: many delayed tasks cost no resets',
      figure,
      on: 'wheel',
      measure: (run) => ({ measured: sets(run), confirmed: setsWhileAdding(run) <= 1 }),
    },
    {
      id: 'wheel-precision',
      documented: 'repair, timing wheel: solves the precision of time',
      figure,
      on: 'wheel',
      needsTrueTime: true,
      verdict: 'refuted',
      why: 'A wheel trades precision for cost: it looks once a tick, and a task waits for the next one.',
      measure(run, other) {
        const heap = late(other('heap'));
        return {
          measured: `late by ${late(run).toFixed(1)} ms at most, the heap by ${heap.toFixed(1)} ms`,
          confirmed: late(run) <= heap,
        };
      },
    },
    {
      id: 'wheel-never-early',
      documented: 'repair, timing wheel: never early',
      on: 'wheel',
      invariant: 'timer-accuracy',
      expect: 'holds',
    },
  ],
});
