import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const WORKERS = [1, 2, 5, 10, 20, 50] as const;

/** A design at every number of workers. */
function atEach(id: string, design: { readonly claims: string; readonly pool: string; readonly staggered?: boolean }) {
  const { claims, pool, staggered } = design;
  return WORKERS.map((workers) => ({
    id: `${id}/${workers}`,
    claims,
    pool,
    workers,
    ...(staggered && { poolParameters: { phases: 'staggered' } }),
  }));
}

/** Throughput at each number of workers, as multiples of one worker's. */
function curve(run: RunResult, other: (design: string) => RunResult): number[] {
  const layout = run.design.replace(/\/\d+$/, '');
  const at = WORKERS.map((workers) => other(`${layout}/${workers}`).metrics.throughputPerSecond);
  return at.map((throughput) => throughput / (at[0] as number));
}

function told(times: readonly number[]): string {
  return `${times.map((value) => value.toFixed(1)).join(', ')} times with ${WORKERS.join(', ')} workers`;
}

export default defineScenario({
  id: 'returns-diminish',
  title: 'From one worker to fifty',
  source: 'xqueue-0.0.5, scalability; xqueue-0.0.5, comparison of the five',
  story:
    'A hundred tasks of 1 s wait, and no limit holds them back: only the layout of the queue does. What do twice as many workers ' +
    'bring? (Shards: shards-scale.)',
  seeds: 3,
  workload: { types: { email: { handlerMs: 1000 } }, arrivals: [{ type: 'email', count: 100, atMs: 300 }] },
  designs: [
    ...atEach('single-queue-lock', { claims: 'single-queue-lock', pool: 'polling' }),
    ...atEach('single-queue-lock/staggered', { claims: 'single-queue-lock', pool: 'polling', staggered: true }),
    ...atEach('random-offset-lock', { claims: 'random-offset-lock', pool: 'polling' }),
    ...atEach('stream-group', { claims: 'stream-group', pool: 'blocking' }),
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution'],
  expectations: [
    {
      id: 'single-queue-diminishes',
      figure: 'returns-diminish',
      documented: 'one queue: performance does not grow with the workers, returns diminish',
      on: {
        'polls are in step': 'single-queue-lock/50',
        'polls are staggered': 'single-queue-lock/staggered/50',
        'offsets are random': 'random-offset-lock/50',
      },
      verdict: 'confirmed only if polls are in step, or offsets are random',
      why: 'In step, all read one head at the same moment, and fifty workers do the work of four: each loser waits a whole interval. Spread evenly over the interval, every poll finds another head, and fifty workers do fifty times the work. It is the rhythm of the polls, not the one queue, that does not scale. Random offsets help up to about ten workers: there are ten places.',
      needsTrueTime: true,
      measure(run, other) {
        const times = curve(run, other);
        return { measured: told(times), confirmed: (times.at(-1) as number) < 25 };
      },
    },
    {
      id: 'contention-grows',
      figure: 'returns-diminish',
      documented: 'the more workers, the fiercer the contention',
      on: { 'polls are in step': 'single-queue-lock/50', 'polls are staggered': 'single-queue-lock/staggered/50' },
      verdict: 'confirmed only if polls are in step',
      why: 'A race needs two workers that look at the same moment. Staggered polls are milliseconds apart, a claim takes less than two.',
      needsTrueTime: true,
      measure(run, other) {
        const layout = run.design.replace(/\/\d+$/, '');
        const lost = WORKERS.map((workers) => other(`${layout}/${workers}`).metrics.conflictsPerTask);
        const grows = lost.every((value, index) => index === 0 || value >= (lost[index - 1] as number));
        return {
          measured: `${lost.map((value) => value.toFixed(1)).join(', ')} lost races a task with ${WORKERS.join(', ')} workers`,
          confirmed: grows && (lost.at(-1) as number) > 1,
        };
      },
    },
    {
      id: 'random-offsets-reduce-it',
      figure: 'returns-diminish',
      source: 'xqueue-0.0.4, repair one',
      documented: 'random offsets (0–9) keep workers from wanting the same task',
      on: 'random-offset-lock/50',
      needsTrueTime: true,
      measure(_, other) {
        const lost = (claims: string) => WORKERS.map((n) => other(`${claims}/${n}`).metrics.conflictsPerTask);
        const [before, after] = [lost('single-queue-lock'), lost('random-offset-lock')];
        return {
          measured: `${after.map((value) => value.toFixed(1)).join(', ')} lost races a task with ${WORKERS.join(', ')} workers, instead of ${before.map((value) => value.toFixed(1)).join(', ')}`,
          confirmed: after.every((value, index) => value <= (before[index] as number)),
        };
      },
    },
    {
      id: 'streams-scale',
      figure: 'contention-by-layout',
      documented: 'Streams: high extensibility',
      on: 'stream-group/50',
      needsTrueTime: true,
      measure(run, other) {
        const times = curve(run, other);
        return { measured: told(times), confirmed: (times.at(-1) as number) >= 25 };
      },
    },
  ],
});
