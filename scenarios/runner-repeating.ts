import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const INTERVAL_MS = 100;
const WATCHED_MS = 2050;
const INTERVALS = Math.ceil(WATCHED_MS / INTERVAL_MS);
const design = (rhythm: string) => ({
  id: rhythm,
  runner: 'repeating-task',
  parameters: { rhythm, intervalMs: INTERVAL_MS, threads: 8 },
});

const starts = ({ history: { events } }: RunResult, type: string) =>
  events.filter((event) => event.kind === 'started' && event.type === type).length;

/** Runs of a type under way at once, at most. */
function atOnce({ history: { events } }: RunResult, type: string): number {
  let now = 0;
  let most = 0;
  for (const event of events) {
    if (event.kind === 'started' && event.type === type) most = Math.max(most, ++now);
    if (event.kind === 'finished' && event.type === type) now--;
  }
  return most;
}

const rhythm = (run: RunResult) => ({
  measured: `${starts(run, 'poll')} runs in ${INTERVALS} intervals`,
  confirmed: starts(run, 'poll') === INTERVALS,
});
const overlap = (run: RunResult) => ({
  measured: `up to ${atOnce(run, 'report')} of its runs at once`,
  confirmed: atOnce(run, 'report') === 1,
});

export default defineScenario({
  id: 'runner-repeating',
  title: 'Every hundred milliseconds, or nearly',
  source: 'task-runner, strengths 2',
  story:
    'Two tasks repeat every 100 ms on eight threads: one takes 40 ms, the other 350 ms. The document says that timed repetition is ' +
    'supported, and not from where the interval counts.',
  workload: {
    posts: [
      { type: 'poll', count: 1, handlerMs: 40 },
      { type: 'report', count: 1, handlerMs: 350 },
    ],
    durationMs: WATCHED_MS,
  },
  designs: [design('after-end'), design('fixed-rate')],
  invariants: ['no-duplicate-job'],
  expectations: [
    {
      id: 'rhythm',
      needsTrueTime: true,
      documented: 'repeating tasks are run at a set interval (read as: once an interval)',
      on: { 'the interval counts from the end of a run': 'after-end', 'it counts from post to post': 'fixed-rate' },
      verdict: 'confirmed only if it counts from post to post',
      why: 'From the end of a run the rhythm is interval plus duration: a run of 40 ms every 140 ms.',
      measure: rhythm,
    },
    {
      id: 'no-overlap',
      needsTrueTime: true,
      source: 'windtunnel',
      documented: 'a task that takes longer than its interval does not run beside itself',
      on: { 'the interval counts from the end of a run': 'after-end', 'it counts from post to post': 'fixed-rate' },
      verdict: 'confirmed only if the interval counts from the end of a run',
      why: 'From post to post each interval begins a run, whether or not the one before has ended.',
      measure: overlap,
    },
  ],
});
