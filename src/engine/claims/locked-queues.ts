import type { Claim, ClaimContext, WorkerContext } from '../claim.ts';
import type { Task } from '../task.ts';
import { TaskLock } from '../task-lock.ts';
import { claimUnderLock } from './locked-claim.ts';
import { TypedQueues } from './typed-queues.ts';

/**
 * Several pending sorted sets; a worker looks at the heads of those that it serves and takes the first whose lock and token it
 * gets. What it loses in one queue keeps it from no other.
 */
export abstract class LockedQueues extends TypedQueues {
  readonly #lock: TaskLock;

  constructor(context: ClaimContext, lockTtlMs: number) {
    super(context);
    this.#lock = new TaskLock(context, context.keys, lockTtlMs);
  }

  /** The queues that a worker serves, in the order in which it looks at them. */
  protected abstract queuesOf(worker: WorkerContext): readonly string[];

  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    const tools = { ...this.context, store: this.store, lock: this.#lock };
    let isEmpty = true;
    for (const queue of this.queuesOf(worker)) {
      const task = await this.#headOf(queue);
      if (task === undefined) continue;
      isEmpty = false;
      const claim = await claimUnderLock(tools, worker, task, { checkAgain: true, headLeaves: 'on-claim' });
      if (claim !== undefined) return claim;
    }
    if (isEmpty) this.context.observe({ kind: 'empty-poll', worker: worker.id });
    return undefined;
  }

  async #headOf(queue: string): Promise<Task | undefined> {
    const [id] = await this.context.redis.zrange(queue, 0, 0);
    return id === undefined ? undefined : this.store.get(id);
  }
}
