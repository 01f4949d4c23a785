import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'ten-weaknesses';
const design = (mayBlock: string) => ({ id: mayBlock, runner: 'task-scheduler', parameters: { mayBlock } });

/** The longest wait of tasks that do not block, in ms. */
function longestWaitMs({ history: { events, timesUs } }: RunResult): number {
  const asked = new Map<string, number>();
  let longestUs = 0;
  for (const [index, event] of events.entries()) {
    if (event.kind === 'submitting' && event.type === 'compute') asked.set(event.task, timesUs[index] as number);
    if (event.kind !== 'started' || event.type !== 'compute') continue;
    longestUs = Math.max(longestUs, (timesUs[index] as number) - (asked.get(event.task) as number));
  }
  return longestUs / 1000;
}

const waits = (run: RunResult) => `a short task waits up to ${longestWaitMs(run).toFixed(0)} ms`;

export default defineScenario({
  id: 'runner-blocking-work',
  weakness: 8,
  title: 'Four threads that wait for a disk',
  source: 'task-runner, 8',
  story:
    'Eight tasks that say they may block, for a second each, come to four threads just before twenty tasks of 5 ms that do not block.',
  workload: {
    posts: [
      { type: 'disk', count: 8, handlerMs: 1000, mayBlock: true },
      { type: 'compute', count: 20, handlerMs: 5, atMs: 10 },
    ],
    durationMs: 5000,
  },
  designs: [design('ignored'), design('sketched'), design('lanes')],
  invariants: ['no-task-lost'],
  expectations: [
    {
      id: 'ignored',
      documented: 'MayBlock is declared and never used: callers believe that it works',
      figure,
      on: 'ignored',
      measure: (run) => ({ measured: waits(run), confirmed: longestWaitMs(run) >= 1000 }),
    },
    {
      id: 'sketched',
      documented: 'repair, plan 2: tasks that may block go to I/O workers',
      figure,
      on: 'sketched',
      verdict: 'refuted',
      why: 'In the sketch the routing is a comment: GetWork pops the head of a queue for whichever worker asks.',
      measure: (run) => ({ measured: waits(run), confirmed: longestWaitMs(run) < 1000 }),
    },
    {
      id: 'lanes',
      needsTrueTime: true,
      source: 'windtunnel',
      documented: 'with threads of their own for tasks that may block, the others do not wait for them',
      on: 'lanes',
      measure: (run) => ({ measured: waits(run), confirmed: longestWaitMs(run) < 100 }),
    },
  ],
});
