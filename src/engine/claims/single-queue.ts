import type { Claim, ClaimContext, ClaimStrategy, WorkerContext } from '../claim.ts';
import type { Task, TaskStatus } from '../task.ts';
import { TaskStore } from '../task-store.ts';

/** What the designs around one pending sorted set share: the queue is the store's index of pending tasks. */
export abstract class SingleQueue implements ClaimStrategy {
  protected readonly context: ClaimContext;
  protected readonly store: TaskStore;

  constructor(context: ClaimContext) {
    this.context = context;
    this.store = new TaskStore(context, context.keys, 'indexed');
  }

  abstract claim(worker: WorkerContext): Promise<Claim | undefined>;

  submit(task: Task): Promise<void> {
    return this.store.create(task);
  }

  async withdraw(task: Task): Promise<boolean> {
    if (!(await this.store.unindex(task.id, 'pending'))) return false;
    await this.store.setStatus(task, 'canceled');
    return true;
  }

  count(status: TaskStatus): Promise<number> {
    return this.store.count(status);
  }

  /** The task at a place of the queue, as it stands in the store; undefined where there is none. */
  protected async taskAt(offset: number): Promise<Task | undefined> {
    const [id] = await this.store.ids('pending', offset, 1);
    return id === undefined ? undefined : this.store.get(id);
  }
}
