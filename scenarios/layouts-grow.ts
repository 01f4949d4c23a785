import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const figure = 'contention-by-layout';

function atFiveAndTwenty(id: string, claims: string, pool: string, poolParameters = {}) {
  return [5, 20].map((workers) => ({ id: `${id}/${workers}`, claims, pool, workers, poolParameters }));
}

/** What four times as many workers bring. */
function growth(least: number, most: number) {
  return (run: RunResult, other: (design: string) => RunResult) => {
    const few = other(run.design.replace(/20$/, '5')).metrics.throughputPerSecond;
    const times = run.metrics.throughputPerSecond / few;
    return {
      measured: `${times.toFixed(2)} times with 20 workers instead of 5`,
      confirmed: times >= 4 * least && times < 4 * most,
    };
  };
}

const medium = growth(0.3, 0.6);
const high = growth(0.6, 1.1);

export default defineScenario({
  id: 'layouts-grow',
  title: 'Four times as many workers',
  source: 'xqueue-0.0.5, comparison of the five',
  story:
    'Two hundred tasks of 1 s, of two types, wait, and no limit holds them back. How much faster are twenty workers than five? Extensibility ' +
    'is read as the share of four times that is reached: 30 to 60 % is medium, more is high. These bands are ours. (Shards: shards-scale; ' +
    'Streams: returns-diminish.)',
  seeds: 3,
  workload: {
    types: { example: { handlerMs: 1000 }, email: { handlerMs: 1000 } },
    arrivals: [
      { type: 'example', count: 100, atMs: 300 },
      { type: 'email', count: 100, atMs: 300 },
    ],
  },
  designs: [
    ...atFiveAndTwenty('worker-queue', 'worker-queue', 'blocking'),
    ...atFiveAndTwenty('type-queue', 'type-queue', 'polling'),
    ...atFiveAndTwenty('type-queue/staggered', 'type-queue', 'polling', { phases: 'staggered' }),
    ...atFiveAndTwenty('sharded-type-queue', 'sharded-type-queue', 'polling'),
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution'],
  expectations: [
    {
      id: 'worker-queue',
      figure,
      documented: 'worker queues: medium extensibility',
      on: 'worker-queue/20',
      verdict: 'refuted',
      why: 'Better than said: lists of their own never meet, and a dispatcher deals out tasks much faster than twenty workers run them.',
      needsTrueTime: true,
      measure: medium,
    },
    {
      id: 'type-queues',
      figure,
      documented: 'type queues: medium extensibility',
      on: { 'polls are in step': 'type-queue/20', 'polls are staggered': 'type-queue/staggered/20' },
      verdict: 'refuted',
      why: 'Neither is in the middle. In step, all workers meet at two heads, and more of them start no more tasks; staggered, each finds a head of its own, and four times as many do four times the work.',
      needsTrueTime: true,
      measure: medium,
    },
    {
      id: 'hybrid',
      figure,
      documented: 'shards per type: high extensibility',
      on: 'sharded-type-queue/20',
      needsTrueTime: true,
      measure: high,
    },
  ],
});
