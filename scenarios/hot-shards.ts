import { defineScenario } from '../src/scenario/define-scenario.ts';

const sharded = { claims: 'sharded-queue', pool: 'polling', workers: 9 };

export default defineScenario({
  id: 'hot-shards',
  title: 'Three shards, and one has nearly everything',
  source: 'xqueue-0.0.5, solution one',
  story:
    'The document shards by the type of a task, three shards, and promises balance. Of a hundred tasks of three types, ninety are of ' +
    'one: no limit holds them back, only the shard does.',
  workload: {
    types: { email: { handlerMs: 1000 }, example: { handlerMs: 1000 }, report: { handlerMs: 1000 } },
    arrivals: [
      { type: 'email', count: 90, atMs: 300 },
      { type: 'example', count: 5, atMs: 300 },
      { type: 'report', count: 5, atMs: 300 },
    ],
  },
  designs: [
    { ...sharded },
    { ...sharded, id: 'sharded-queue/by-id', claimParameters: { shardBy: 'id' } },
    { ...sharded, id: 'sharded-queue/two-workers', workers: 2 },
    { ...sharded, id: 'sharded-queue/two-workers-spread', workers: 2, claimParameters: { binding: 'spread' } },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution'],
  expectations: [
    {
      id: 'balanced',
      figure: 'contention-by-layout',
      documented: 'tasks spread over the shards by themselves',
      on: { 'shards are by type': 'sharded-queue', 'shards are by id': 'sharded-queue/by-id' },
      verdict: 'confirmed only if shards are by id',
      why: 'crc32 of the type gives each type one shard: its workers have a backlog while the others look at empty shards. It is the hot spot that the document itself lists among the drawbacks.',
      measure({ history }) {
        const runs = new Map<string, number>();
        for (const event of history.events) {
          if (event.kind === 'started') runs.set(event.worker, (runs.get(event.worker) ?? 0) + 1);
        }
        const counts = [...runs.values()].sort((a, b) => b - a);
        const busiest = counts.slice(0, 3).reduce((sum, count) => sum + count, 0);
        return { measured: `three of nine workers run ${busiest} of 100 tasks`, confirmed: busiest <= 50 };
      },
    },
    {
      id: 'every-shard-is-served',
      figure: 'contention-by-layout',
      documented: 'each worker is responsible for a shard (as pictured: worker i, shard i)',
      on: {
        'as pictured': 'sharded-queue/two-workers',
        'workers serve every n-th shard': 'sharded-queue/two-workers-spread',
      },
      verdict: 'confirmed only if workers serve every n-th shard',
      why: 'Bound one to one, two workers leave the third shard without anybody: what falls into it waits for ever.',
      measure: ({ metrics }) => ({
        measured: `${metrics.lost} of ${metrics.submitted} never run`,
        confirmed: metrics.lost === 0,
      }),
    },
  ],
});
