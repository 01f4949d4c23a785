import {
  type Claim,
  type ClaimContext,
  type ClaimDefinition,
  type ClaimStrategy,
  isTerminal,
  type Task,
  TaskStore,
} from 'windtunnel';
import { naiveList } from './naive-list.ts';

/** The repair: LMOVE puts a task into its worker's own list in the same step, where the worker looks first when it is up again. */
class OwnLists implements ClaimStrategy {
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
    const own = keys.processing(worker.id);
    const left = await redis.lindex(own, 0);
    const id = left ?? (await redis.lmove(keys.ready, own, 'LEFT', 'RIGHT'));
    const found = id === null ? undefined : await this.#store.get(id);
    if (found === undefined || isTerminal(found.status)) {
      // It died between the outcome and the list.
      if (found !== undefined) await redis.lrem(own, 1, found.id);
      observe({ kind: 'empty-poll', worker: worker.id });
      return undefined;
    }
    if (left !== null) observe({ kind: 'recovered', task: found.id, worker: worker.id });
    const pending = found.status === 'pending' ? found : await this.#store.setStatus(found, 'pending');
    const task = await this.#store.setStatus(pending, 'processing');
    observe({ kind: 'claimed', task: task.id, worker: worker.id });
    const settle = async (to: Task['status']) => {
      await this.#store.setStatus(task, to);
      await redis.lrem(own, 1, task.id);
    };
    return {
      task,
      complete: () => settle('success'),
      fail: () => settle('failed'),
      release: async () => {
        await this.#store.setStatus(task, 'pending');
        await redis.lmove(own, keys.ready, 'LEFT', 'LEFT');
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

/** Promises what the naive list does, and keeps it: as long as every worker comes back under its name. */
export const ownLists: ClaimDefinition = {
  ...naiveList,
  id: 'own-lists',
  summary: "LMOVE into the worker's own list, then run",
  guarantees: { ...naiveList.guarantees, brokenBy: ['a worker that never comes back: its task waits for it'] },
  create: (context) => new OwnLists(context),
};
