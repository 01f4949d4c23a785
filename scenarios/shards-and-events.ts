import { defineScenario } from '../src/scenario/define-scenario.ts';
import type { RunResult } from '../src/scenario/result.ts';

const workers = 10;

const measure = ({ metrics: { lost, submitted, queueWaitMs } }: RunResult) => ({
  measured: `${lost} of ${submitted} never run, median wait ${(queueWaitMs.p50 / 1000).toFixed(1)} s`,
  confirmed: lost === 0,
});

export default defineScenario({
  id: 'shards-and-events',
  title: 'The event wakes a worker of another shard',
  source: 'found by simulation: xqueue-0.0.5, solution one, with xqueue-0.0.4, solution one',
  story:
    'One document gives four stars of five to a queue in three shards, each worker serving one; another recommends to wake an idle ' +
    'worker for every task. Here both are done. An email every 1.7 s, ten workers: there is always an idle one.',
  mechanism:
    'Emails are in one shard, which three of ten workers serve. The dispatcher wakes whoever is idle longest, and knows of no shards:\n' +
    'seven of ten look into another shard, and the event waits for the next one, whose task then waits in its turn.',
  workload: {
    types: { email: { limit: 5, handlerMs: 1000 } },
    arrivals: [{ type: 'email', count: 60, atMs: 300, everyMs: 1700 }],
  },
  designs: [
    { id: 'shards × events', claims: 'sharded-queue', pool: 'event-driven', workers },
    {
      id: 'shards by id × events',
      claims: 'sharded-queue',
      pool: 'event-driven',
      workers,
      claimParameters: { shardBy: 'id' },
    },
    { id: 'shards × polling', claims: 'sharded-queue', pool: 'polling', workers },
    { id: 'one queue × events', claims: 'leased-script', pool: 'event-driven', workers },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-lost-wakeup'],
  expectations: [
    {
      id: 'an-idle-worker-takes-it',
      documented: 'a task goes to an idle worker at once; a worker serves a shard (implied: all tasks are run)',
      on: { 'shards are by type': 'shards × events', 'shards are by id': 'shards by id × events' },
      verdict: 'refuted',
      why: 'A claim that finds nothing may have asked the wrong worker. The pool takes it for an empty queue, and the last tasks have no later event to be found by.',
      measure,
    },
    {
      id: 'shards-alone',
      source: 'xqueue-0.0.5, solution one',
      documented: 'a worker serves a shard (with polls: the workers of the shard look by themselves)',
      on: 'shards × polling',
      measure,
    },
    {
      id: 'events-alone',
      source: 'xqueue-0.0.4, solution one',
      documented: 'a task goes to an idle worker at once (with one queue: any worker will do)',
      on: 'one queue × events',
      measure,
    },
  ],
});
