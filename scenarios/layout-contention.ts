import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';
import { precision } from './pools-under-load.ts';
import { ALL_BUT_ONE_OF_TEN } from './single-queue-contention.ts';

const pollers = { pool: 'polling', workers: 10 };

/** Lost races for one task, as the documents mean contention: for its lock or its status, not for a token. */
function lostRaces(run: RunResult): number {
  return run.metrics.conflictsPerTask - tokensRefused(run);
}

/** How often a worker asked for a token in vain, for one task: counted apart, since a limit refuses whoever does not race too. */
function tokensRefused({ history, metrics }: RunResult): number {
  const refused = history.events.filter((event) => event.kind === 'conflict' && event.over === 'token');
  return refused.length / metrics.submitted;
}

function told(run: RunResult): string {
  return `${lostRaces(run).toFixed(2)} lost races a task (and ${tokensRefused(run).toFixed(2)} refused tokens)`;
}

/** A layout's contention against the single queue's, in the document's four words. */
function contention(least: number, most: number) {
  return (run: RunResult, other: (design: string) => RunResult) => {
    const share = lostRaces(run) / lostRaces(other('single-queue-lock'));
    return {
      measured: `${told(run)}, ${(100 * share).toFixed(0)} % of the single queue's races`,
      confirmed: share >= least && share <= most,
    };
  };
}

export default defineScenario({
  id: 'layout-contention',
  title: 'Five layouts of the queue, and who races whom',
  source: 'xqueue-0.0.5, comparison of the five',
  story:
    'The document rates five layouts by contention: none, very low, low, medium. Sixty tasks of two types wait; ten workers poll in ' +
    "step or block. None: no lost race at all; very low: up to a twentieth of the single queue's; low: up to a third; medium: more, and " +
    "less than the single queue's. These bands are ours. A token that is refused is counted apart: it is the limit that says no. Streams and " +
    'worker queues move the waiting there, with a task in hand. Precision of a limit: never above it; how much of it is used is measured beside.',
  seeds: 3,
  workload: {
    types: { example: { limit: 3, handlerMs: 5000 }, email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'example', count: 20, atMs: 300 },
      { type: 'email', count: 40, atMs: 300 },
    ],
  },
  designs: [
    { ...pollers, claims: 'single-queue-lock' },
    { ...pollers, claims: 'sharded-queue' },
    { ...pollers, id: 'sharded-queue/by-id', claims: 'sharded-queue', claimParameters: { shardBy: 'id' } },
    {
      ...pollers,
      id: 'sharded-queue/10-by-id',
      claims: 'sharded-queue',
      claimParameters: { shardBy: 'id', shards: 10 },
    },
    { claims: 'worker-queue', pool: 'blocking', workers: 10 },
    { claims: 'stream-group', pool: 'blocking', workers: 10 },
    { claims: 'type-queue', pool: 'typed' },
    { ...pollers, id: 'type-queue/any-worker', claims: 'type-queue' },
    { claims: 'sharded-type-queue', pool: 'typed' },
    { ...pollers, id: 'sharded-type-queue/any-worker', claims: 'sharded-type-queue' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak', 'legal-lifecycle'],
  expectations: [
    {
      id: 'single-queue-baseline',
      figure: 'contention-by-layout',
      documented: 'one pipe for all: N workers fight for one task, N − 1 fail',
      on: 'single-queue-lock',
      measure: (run) => ({
        measured: told(run),
        confirmed: lostRaces(run) >= ALL_BUT_ONE_OF_TEN,
      }),
      needsTrueTime: true,
    },
    {
      id: 'shards-low',
      figure: 'contention-by-layout',
      documented: 'shards: low contention',
      on: {
        'by type, 3 shards': 'sharded-queue',
        'by id, 3 shards': 'sharded-queue/by-id',
        'by id, a shard a worker': 'sharded-queue/10-by-id',
      },
      measure: contention(0, 1 / 3),
      needsTrueTime: true,
    },
    {
      id: 'worker-queues-none',
      figure: 'contention-by-layout',
      documented: 'worker queues: no contention',
      on: 'worker-queue',
      measure: contention(0, 0),
    },
    {
      id: 'streams-none',
      figure: 'contention-by-layout',
      documented: 'Streams: no contention',
      on: 'stream-group',
      measure: contention(0, 0),
    },
    {
      id: 'type-queues-medium',
      figure: 'contention-by-layout',
      documented: 'type queues: medium contention',
      on: { 'workers take one type each': 'type-queue', 'any worker takes any type': 'type-queue/any-worker' },
      verdict: 'confirmed only if any worker takes any type',
      why: 'Bound to their types, as the document draws them, there are no more workers than tokens: who gets a token finds a task, and they are never all looking at once. Any worker for any type brings back the race of the single queue, one head a type.',
      measure: contention(1 / 3, 0.999),
      needsTrueTime: true,
    },
    {
      id: 'hybrid-very-low',
      figure: 'contention-by-layout',
      documented: 'shards per type: very low contention',
      on: {
        'workers take one type each': 'sharded-type-queue',
        'any worker takes any type': 'sharded-type-queue/any-worker',
      },
      verdict: 'confirmed only if workers take one type each',
      why: 'Shards within a type help little where every worker goes on to the next shard when it loses: those in step meet again there. Workers bound to a type hardly ever meet.',
      measure: contention(0, 1 / 20),
      needsTrueTime: true,
    },
    ...(
      [
        ['sharded-queue', 'shards: medium'],
        ['worker-queue', 'worker queues: high'],
        ['stream-group', 'Streams: medium'],
        ['type-queue', 'type queues: high'],
        ['sharded-type-queue', 'shards per type: very high'],
      ] as const
    ).map(([design, documented]) => ({
      id: `precision, ${design}`,
      figure: 'contention-by-layout',
      documented: `${documented} precision of the limits (read as: never above one)`,
      on: design,
      measure: precision,
    })),
  ],
});
