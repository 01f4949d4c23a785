import type { Claim, ClaimContext, ClaimStrategy, WorkerContext } from '../claim.ts';
import type { Task, TaskStatus } from '../task.ts';
import { TaskStore } from '../task-store.ts';

/**
 * What the designs around several pending sorted sets share: the store's index, its pending set divided into queues, one a type
 * unless told otherwise. A task is in its queue, or in the set of another status, from its submission on.
 */
export abstract class TypedQueues implements ClaimStrategy {
  protected readonly context: ClaimContext;
  protected readonly store: TaskStore;
  /** Queues that this process has put on the list of all queues. */
  readonly #listed = new Set<string>();

  constructor(context: ClaimContext) {
    this.context = context;
    this.store = new TaskStore(context, context.keys, 'indexed', (task) => this.queueOf(task));
  }

  abstract claim(worker: WorkerContext): Promise<Claim | undefined>;

  /** The queue that a task belongs to, by its type or id: it never changes. */
  protected queueOf(task: Task): string {
    return this.context.keys.pending(task.type);
  }

  async submit(task: Task): Promise<void> {
    await Promise.all([this.#list(this.queueOf(task)), this.store.create(task)]);
  }

  async withdraw(task: Task): Promise<boolean> {
    if ((await this.context.redis.zrem(this.queueOf(task), task.id)) === 0) return false;
    await this.store.setStatus(task, 'canceled');
    return true;
  }

  /** Pending: read queue by queue, so that under load the sum may be off by what moved meanwhile. */
  async count(status: TaskStatus): Promise<number> {
    if (status !== 'pending') return this.store.count(status);
    const { redis, keys } = this.context;
    const lengths = await Promise.all((await redis.smembers(keys.queues)).map((queue) => redis.zcard(queue)));
    return lengths.reduce((sum, length) => sum + length, 0);
  }

  /** Only with its first task: for the sake of a count, no other should cost a command more. */
  async #list(queue: string): Promise<void> {
    if (this.#listed.has(queue)) return;
    this.#listed.add(queue);
    try {
      await this.context.redis.sadd(this.context.keys.queues, queue);
    } catch (error) {
      this.#listed.delete(queue);
      throw error;
    }
  }
}
