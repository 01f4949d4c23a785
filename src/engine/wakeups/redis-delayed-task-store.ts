import type { Keys } from '../keys.ts';
import type { Ports } from '../ports.ts';
import type { DelayedTask, DelayedTaskStore, Fetch } from './delayed-task-store.ts';

/**
 * Delayed tasks in Redis: a sorted set per type, scored by due time. A task that is marked or claimed has left the set. The
 * document's own store is a relational database: see SqlDelayedTaskStore.
 */
export class RedisDelayedTaskStore implements DelayedTaskStore {
  readonly #redis: Ports['redis'];
  readonly #keys: Keys;
  readonly #fetch: Fetch;

  constructor(redis: Ports['redis'], keys: Keys, fetch: Fetch = 'reads') {
    this.#redis = redis;
    this.#keys = keys;
    this.#fetch = fetch;
  }

  async add(task: DelayedTask): Promise<void> {
    await this.#redis.zadd(this.#keys.delayed(task.type), task.dueAtMs, task.id);
  }

  async fetchPending(type: string, nowMs: number): Promise<DelayedTask | undefined> {
    const key = this.#keys.delayed(type);
    for (;;) {
      const task = toTask(type, await this.#redis.zrangebyscore(key, '-inf', nowMs, 'WITHSCORES', 'LIMIT', 0, 1));
      if (task === undefined || this.#fetch === 'reads') return task;
      const taken = await this.#redis.zrem(key, task.id);
      // Another worker may have been faster: each turn, one of them goes home with a task. `marks` does not ask.
      if (taken === 1 || this.#fetch === 'marks') return task;
    }
  }

  async minNextTime(type: string): Promise<number | undefined> {
    const next = await this.#redis.zrange(this.#keys.delayed(type), 0, 0, 'WITHSCORES');
    return toTask(type, next)?.dueAtMs;
  }

  async remove(task: DelayedTask): Promise<void> {
    await this.#redis.zrem(this.#keys.delayed(task.type), task.id);
  }
}

function toTask(type: string, [id, score]: readonly string[]): DelayedTask | undefined {
  return id === undefined || score === undefined ? undefined : { id, type, dueAtMs: Number(score) };
}
