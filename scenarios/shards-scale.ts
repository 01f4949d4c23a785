import { defineScenario } from '../src/scenario/define-scenario.ts';

/** A shard for every worker, and tasks by id. */
function shards(workers: number) {
  return {
    id: `sharded-queue/${workers}`,
    claims: 'sharded-queue',
    pool: 'polling',
    workers,
    claimParameters: { shards: workers, shardBy: 'id' },
    poolParameters: { intervalMs: 100 },
  };
}

export default defineScenario({
  id: 'shards-scale',
  title: 'A shard for every worker',
  source: 'xqueue-0.0.5, solution one',
  story:
    'Five hundred tasks of 100 ms wait, and no limit holds them back. Every worker has a shard of its own. Are ten workers ten times ' +
    'as fast as one, and 250 workers 250 times? Linear: at least 70 % of that; the band is ours.',
  seeds: 3,
  workload: { types: { email: { handlerMs: 100 } }, arrivals: [{ type: 'email', count: 500, atMs: 300 }] },
  designs: [shards(1), shards(10), shards(250)],
  invariants: ['no-task-lost', 'no-duplicate-execution'],
  expectations: [
    {
      id: 'linear',
      figure: 'contention-by-layout',
      documented: 'shards: linear scaling, as shards can grow with the workers',
      on: {
        'the backlog is deep (fifty tasks a shard)': 'sharded-queue/10',
        'it is shallow (two tasks a shard)': 'sharded-queue/250',
      },
      verdict: 'confirmed only if the backlog is deep (fifty tasks a shard)',
      why: 'Tasks fall on shards by lot, and a worker never looks at another shard: the fullest shard decides when all is done. Of fifty tasks a shard the fullest holds about a quarter more; of two a shard it holds seven or eight, and one shard in seven holds none.',
      needsTrueTime: true,
      measure(run, other) {
        const workers = run.metrics.workers.max;
        const times = run.metrics.throughputPerSecond / other('sharded-queue/1').metrics.throughputPerSecond;
        return {
          measured: `${times.toFixed(1)} times with ${workers} workers`,
          confirmed: times >= 0.7 * workers,
        };
      },
    },
  ],
});
