import type { ClaimContext, ClaimDefinition, WorkerContext } from '../claim.ts';
import { ConcurrencyLimiter } from '../concurrency-limiter.ts';
import { LOCK_TTL_MS } from '../task-lock.ts';
import { LockedQueues } from './locked-queues.ts';
import { TokenFirst } from './token-first.ts';
import { TypeRotation } from './type-rotation.ts';

type TypeQueueParameters = {
  /**
   * `lock`: read the head of the type's queue and lock it; the document says that workers of one type still compete. `pop`: each
   * pops a task of its own, the token taken first, as in loss repair one of xqueue-0.0.4.
   */
  readonly take: 'lock' | 'pop';
  /**
   * `semaphore`: a token for every task, over all processes. `none`: the number of a type's workers is its limit, as the pools of
   * xqueue-0.0.4, solution two, are meant; it holds in one process with one pool per type.
   */
  readonly tokens: 'semaphore' | 'none';
  /** In which order a worker of several types asks for them; `rotating` begins one type further with each claim of the process. */
  readonly typeOrder: 'fixed' | 'rotating';
  /** Of `lock`. */
  readonly lockTtlMs: number;
};

/** A worker reads the heads of its types' queues. */
class TypeQueue extends LockedQueues {
  readonly #rotation: TypeRotation | undefined;

  constructor(context: ClaimContext, { lockTtlMs, typeOrder }: Pick<TypeQueueParameters, 'lockTtlMs' | 'typeOrder'>) {
    super(context, lockTtlMs);
    this.#rotation = typeOrder === 'rotating' ? new TypeRotation() : undefined;
  }

  protected override queuesOf({ types }: WorkerContext): readonly string[] {
    return (this.#rotation?.next(types) ?? types).map((type) => this.context.keys.pending(type));
  }
}

/**
 * A queue per type; a worker serves the types that it is bound to, one or several, in order.
 *
 * Promises: no type holds up another while each has workers of its own; limits hold, with tokens; with locks, nothing is
 * lost while no process dies. Workers of one type want the same head.
 */
export const typeQueue: ClaimDefinition<TypeQueueParameters> = {
  id: 'type-queue',
  source: 'xqueue-0.0.5, solution four',
  summary: 'a queue per type; workers bound to types lock its head, then take the token',
  guarantees: {
    delivery: 'may lose tasks',
    order: 'per type, priority, then submission order of claims',
    limits: true,
    blocks: false,
    claimsByType: true,
    bindsWorkers: false,
    holdsUpOthers: false,
    brokenBy: [
      'without tokens, a second process: its workers of a type are a second limit',
      'a type that no running worker is bound to: its tasks wait for ever',
      'workers that take several types in a fixed order: a type that never runs dry and has room starves those after it',
      'a handler that outlives its lock or its token',
      'pop: a crash or an error reply between ZPOPMIN and status processing: the task is in no queue',
      'a crash between status processing and the end: nothing returns the task to the queue',
      'a cancellation within a round trip of the claim: the task runs all the same',
    ],
  },
  defaults: { take: 'lock', tokens: 'semaphore', typeOrder: 'fixed', lockTtlMs: LOCK_TTL_MS },
  choices: { take: ['lock', 'pop'], tokens: ['semaphore', 'none'], typeOrder: ['fixed', 'rotating'] },
  create(context, { take, tokens, ...rest }) {
    // A limiter that knows no limits asks nobody.
    const limiter = tokens === 'semaphore' ? context.limiter : new ConcurrencyLimiter(context, context.keys);
    const own = { ...context, limiter };
    return take === 'lock' ? new TypeQueue(own, rest) : new TokenFirst(own, rest);
  },
};
