import type { ClaimContext, ClaimDefinition, WorkerContext } from '../claim.ts';
import type { Task } from '../task.ts';
import { LOCK_TTL_MS } from '../task-lock.ts';
import { LockedQueues } from './locked-queues.ts';
import { Shards } from './shards.ts';

type ShardedTypeQueueParameters = {
  /** The picture has three for `email` and two for `example`; here all types have as many. */
  readonly shardsPerType: number;
  /**
   * `own-first`: a worker looks at its own shard of a type and, where it gets nothing there, at the others. `own`: never at
   * another's, as in solution one. The picture has no workers in it.
   */
  readonly serves: 'own-first' | 'own';
  readonly lockTtlMs: number;
};

/** For each of its types a worker reads the head of one shard after another, from its own on. */
class ShardedTypeQueue extends LockedQueues {
  readonly #serves: ShardedTypeQueueParameters['serves'];
  readonly #shards: Shards;

  constructor(context: ClaimContext, { shardsPerType, serves, lockTtlMs }: ShardedTypeQueueParameters) {
    super(context, lockTtlMs);
    this.#serves = serves;
    this.#shards = new Shards(shardsPerType);
  }

  protected override queueOf(task: Task): string {
    return this.#queue(task.type, this.#shards.of(task.id));
  }

  protected override queuesOf(worker: WorkerContext): readonly string[] {
    const { count } = this.#shards;
    const own = this.#shards.own(worker);
    const looks = this.#serves === 'own' ? 1 : count;
    return worker.types.flatMap((type) =>
      Array.from({ length: looks }, (_, place) => this.#queue(type, (own + place) % count)),
    );
  }

  #queue(type: string, shard: number): string {
    return this.context.keys.pending(`${type}_shard_${shard}`);
  }
}

/**
 * Several queues per type, crc32 of the id picks one: solutions one and four in one. A worker starts at its own shard of each of
 * its types.
 *
 * Promises: no type holds up another while each has workers of its own; limits hold; nothing is lost while no process dies, and
 * nothing waits for one worker only. Gives up the order within a type: a shard's head goes before the better one of another shard.
 */
export const shardedTypeQueue: ClaimDefinition<ShardedTypeQueueParameters> = {
  id: 'sharded-type-queue',
  source: 'xqueue-0.0.5, solution five',
  summary: 'several queues per type; workers bound to types lock a head, of their own shard first, then take the token',
  guarantees: {
    delivery: 'may lose tasks',
    order: 'per shard, priority, then submission order of claims',
    limits: true,
    blocks: false,
    claimsByType: true,
    bindsWorkers: false,
    holdsUpOthers: false,
    brokenBy: [
      "own shards only: a shard that none of the type's workers owns waits for ever",
      'a type that no running worker is bound to: its tasks wait for ever',
      'processes that disagree about the number of shards: a task is found in a queue that it is never taken out of',
      'a type whose limit is reached: a poll loses its token once per shard',
      'workers that take several types: a type that never runs dry and has room starves those after it',
      'a handler that outlives its lock or its token',
      'a crash between status processing and the end: nothing returns the task to the queue',
      'a cancellation within a round trip of the claim: the task runs all the same',
    ],
  },
  defaults: { shardsPerType: 3, serves: 'own-first', lockTtlMs: LOCK_TTL_MS },
  choices: { serves: ['own-first', 'own'] },
  create: (context, parameters) => new ShardedTypeQueue(context, parameters),
};
