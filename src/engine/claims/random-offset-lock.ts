import type { Claim, ClaimContext, ClaimDefinition, WorkerContext } from '../claim.ts';
import { LOCK_TTL_MS, TaskLock } from '../task-lock.ts';
import { claimUnderLock } from './locked-claim.ts';
import { SingleQueue } from './single-queue.ts';

type RandomOffsetLockParameters = {
  /** Offsets are drawn below min(offsetMax, queue length). */
  readonly offsetMax: number;
  readonly lockTtlMs: number;
};

/** Every worker reads a random one of the first few, so that fewer want the same. */
class RandomOffsetLock extends SingleQueue {
  readonly #lock: TaskLock;
  readonly #offsetMax: number;

  constructor(context: ClaimContext, { offsetMax, lockTtlMs }: RandomOffsetLockParameters) {
    super(context);
    this.#lock = new TaskLock(context, context.keys, lockTtlMs);
    this.#offsetMax = offsetMax;
  }

  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    const length = await this.store.count('pending');
    const offset = this.context.random.integer(Math.min(this.#offsetMax, length));
    let task = await this.taskAt(offset);
    if (task === undefined && offset > 0) task = await this.taskAt(0);
    if (task === undefined) {
      this.context.observe({ kind: 'empty-poll', worker: worker.id });
      return undefined;
    }
    const tools = { ...this.context, store: this.store, lock: this.#lock };
    return claimUnderLock(tools, worker, task, { checkAgain: true, headLeaves: 'on-claim' });
  }
}

/**
 * The emergency repair: an offset below min(10, queue length), the head where that place is empty, the lock, a second look at
 * the status, the token.
 *
 * Promises: nothing is lost while no process dies, limits hold, no task is run twice while locks last. Gives up the order of the queue.
 */
export const randomOffsetLock: ClaimDefinition<RandomOffsetLockParameters> = {
  id: 'random-offset-lock',
  source: 'xqueue-0.0.4, loss repair three; xqueue-changelog, 0.0.4.1',
  summary: 'read a random one of the first ten, lock it, look again, then take the token',
  guarantees: {
    delivery: 'may lose tasks',
    order: 'none',
    limits: true,
    blocks: false,
    claimsByType: false,
    bindsWorkers: false,
    holdsUpOthers: true,
    brokenBy: [
      'a handler that outlives its lock or its token',
      'a crash between status processing and the end: nothing returns the task to the queue',
      'a cancellation within a round trip of the claim: the task runs all the same',
    ],
    survives: ['handler-throws'],
  },
  defaults: { offsetMax: 10, lockTtlMs: LOCK_TTL_MS },
  create: (context, parameters) => new RandomOffsetLock(context, parameters),
};
