import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

/** Tasks that no worker ever took. */
function neverTaken({ history: { events }, metrics }: RunResult) {
  const claimed = new Set(events.flatMap((event) => (event.kind === 'claimed' ? [event.task] : [])));
  const never = metrics.submitted - claimed.size;
  return { measured: `${never} of ${metrics.submitted} are never taken`, confirmed: never === 0 };
}

const design = { pool: 'polling', workers: 3 };

export default defineScenario({
  id: 'shards-die-with-workers',
  title: 'The worker dies, and its shard with it',
  source: 'found by simulation: xqueue-0.0.5, solution one',
  story:
    'The queue is divided into three shards, and each of three workers is responsible for one. Every worker is a process of its own. The ' +
    'first dies at 4.5 s and does not come back; the other two are soon idle.',
  mechanism:
    'Which worker serves a shard is fixed by its number. Nobody notices that one is gone, and nobody else looks into its queue:\n' +
    'what is there, and what still falls into it, waits for ever.',
  workload: {
    types: { example: { limit: 3, handlerMs: 1000 }, email: { limit: 5, handlerMs: 1000 } },
    arrivals: [
      { type: 'example', count: 15, atMs: 300 },
      { type: 'email', count: 15, atMs: 300 },
    ],
  },
  environment: { processes: 3, faults: [{ kind: 'crash', host: 'app-1', atMs: 4500 }] },
  designs: [
    { ...design, claims: 'sharded-queue' },
    { ...design, id: 'sharded-queue/by-id', claims: 'sharded-queue', claimParameters: { shardBy: 'id' } },
    { claims: 'stream-group', pool: 'blocking', workers: 3 },
    { ...design, claims: 'leased-script' },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'],
  expectations: [
    {
      id: 'every-shard-is-served',
      documented: 'each worker is responsible for a shard of its own (implied: every task is run by somebody)',
      on: { 'shards are by type': 'sharded-queue', 'shards are by id': 'sharded-queue/by-id' },
      verdict: 'refuted',
      why: 'The picture binds worker i to shard i and has no word for a worker that is gone. More workers only help where they are on other processes.',
      measure: neverTaken,
    },
    {
      id: 'streams-take-over',
      source: 'xqueue-0.0.5, expected effects',
      documented: "a dead consumer's tasks move to other consumers",
      on: 'stream-group',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
    {
      id: 'sound-takes-over',
      source: 'sound: after xqueue-0.0.4, loss repair two',
      documented: 'any worker takes any task, and a lease that is not renewed ends',
      on: 'leased-script',
      invariant: 'no-task-lost',
      expect: 'holds',
    },
  ],
});
