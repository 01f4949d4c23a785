import type { ClaimContext, ClaimDefinition, WorkerContext } from '../claim.ts';
import type { Task } from '../task.ts';
import { LOCK_TTL_MS } from '../task-lock.ts';
import { LockedQueues } from './locked-queues.ts';
import { Shards } from './shards.ts';

type ShardedQueueParameters = {
  /** As many as pictured. */
  readonly shards: number;
  /** What picks a task's shard. The document hashes the type; by id, tasks spread whatever their types are. */
  readonly shardBy: 'type' | 'id';
  /**
   * `one`: worker i serves shard i, as pictured, and those beyond the shards start again at the first. `spread`: where there are
   * more shards than workers, worker i serves i, i + workers, …, so that every shard has an owner.
   */
  readonly binding: 'one' | 'spread';
  readonly lockTtlMs: number;
};

/** Each worker reads the head of its own shard, and never of another's. */
class ShardedQueue extends LockedQueues {
  readonly #parameters: ShardedQueueParameters;
  readonly #shards: Shards;

  constructor(context: ClaimContext, parameters: ShardedQueueParameters) {
    super(context, parameters.lockTtlMs);
    this.#parameters = parameters;
    this.#shards = new Shards(parameters.shards);
  }

  protected override queueOf(task: Task): string {
    return this.#queue(this.#shards.of(this.#parameters.shardBy === 'type' ? task.type : task.id));
  }

  protected override queuesOf(worker: WorkerContext): readonly string[] {
    const { workerCount } = this.context;
    const own = this.#shards.own(worker);
    if (this.#parameters.binding === 'one' || workerCount === 0) return [this.#queue(own)];
    const queues: string[] = [];
    for (let shard = own; shard < this.#shards.count; shard += workerCount) queues.push(this.#queue(shard));
    return queues;
  }

  #queue(shard: number): string {
    return this.context.keys.pending(`shard_${shard}`);
  }
}

/**
 * The queue divided into shards by crc32; each worker owns one. Within a shard all is as in 0.0.4.1: lock, a second look, token.
 *
 * Promises: workers of different shards never want the same task; limits hold. Has as many heads as shards are in use: by type,
 * that is at most one a type (of three shards `email` falls into the last, `example` into the first, nothing into the second).
 */
export const shardedQueue: ClaimDefinition<ShardedQueueParameters> = {
  id: 'sharded-queue',
  source: 'xqueue-0.0.5, solution one',
  summary: 'crc32 of the type picks one of three queues; each worker serves its own, by lock and token',
  guarantees: {
    delivery: 'may lose tasks',
    order: 'per shard, priority, then submission order of claims',
    limits: true,
    blocks: false,
    claimsByType: false,
    bindsWorkers: true,
    holdsUpOthers: true,
    brokenBy: [
      'fewer workers than shards, bound one to one: what falls into the shards beyond them waits for ever',
      'a worker that dies: its shard waits for ever, unless another serves it too',
      'a hot type: its shard has a backlog while the workers of the others look at empty ones',
      'processes that disagree about the number of shards: a task is found in a queue that it is never taken out of',
      'spread over few workers, a shard that never runs dry starves those that its worker looks at after it',
      'a handler that outlives its lock or its token',
      'a crash between status processing and the end: nothing returns the task to the queue',
      'a cancellation within a round trip of the claim: the task runs all the same',
    ],
  },
  defaults: { shards: 3, shardBy: 'type', binding: 'one', lockTtlMs: LOCK_TTL_MS },
  choices: { shardBy: ['type', 'id'], binding: ['one', 'spread'] },
  create: (context, parameters) => new ShardedQueue(context, parameters),
};
