import {
  type Claim,
  type ClaimContext,
  type ClaimDefinition,
  type ClaimStrategy,
  type Task,
  TaskStore,
} from 'windtunnel';

/** One list. A worker pops a task, and runs it. */
class NaiveList implements ClaimStrategy {
  readonly #context: ClaimContext;
  readonly #store: TaskStore;

  constructor(context: ClaimContext) {
    this.#context = context;
    this.#store = new TaskStore(context, context.keys, 'unindexed');
  }

  async submit(task: Task): Promise<void> {
    await this.#store.create(task);
    await this.#context.redis.rpush(this.#context.keys.ready, task.id);
  }

  async claim(worker: { readonly id: string }): Promise<Claim | undefined> {
    const { redis, keys, observe } = this.#context;
    const id = await redis.lpop(keys.ready);
    // The bug: from here on the task is nowhere but in this worker's hands.
    const pending = id === null ? undefined : await this.#store.get(id);
    if (pending === undefined) {
      observe({ kind: 'empty-poll', worker: worker.id });
      return undefined;
    }
    const task = await this.#store.setStatus(pending, 'processing');
    observe({ kind: 'claimed', task: task.id, worker: worker.id });
    return {
      task,
      complete: async () => void (await this.#store.setStatus(task, 'success')),
      fail: async () => void (await this.#store.setStatus(task, 'failed')),
      release: async () => {
        await this.#store.setStatus(task, 'pending');
        await redis.lpush(keys.ready, task.id);
        observe({ kind: 'released', task: task.id, worker: worker.id });
      },
    };
  }

  async withdraw({ id }: Task): Promise<boolean> {
    return (await this.#context.redis.lrem(this.#context.keys.ready, 1, id)) === 1;
  }

  count(status: Task['status']): Promise<number> {
    return this.#store.count(status);
  }
}

/** What everybody writes first: LPOP, then run. It says of itself that it loses nothing, even when a process dies. */
export const naiveList: ClaimDefinition = {
  id: 'naive-list',
  source: 'an example',
  summary: 'LPOP, then run',
  guarantees: {
    delivery: 'at-least-once',
    order: 'none',
    limits: false,
    blocks: false,
    claimsByType: false,
    bindsWorkers: false,
    holdsUpOthers: false,
    brokenBy: [],
    survives: ['crash'],
  },
  defaults: {},
  create: (context) => new NaiveList(context),
};
