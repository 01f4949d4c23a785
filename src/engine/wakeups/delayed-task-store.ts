import type { Keys } from '../keys.ts';
import type { Ports } from '../ports.ts';

/** A task that is due at a time of its own. */
export interface DelayedTask {
  readonly id: string;
  readonly type: string;
  /** ms since the epoch. */
  readonly dueAtMs: number;
}

/** Where delayed tasks wait. Every call is one query; the documents count them. */
export interface DelayedTaskStore {
  add(task: DelayedTask): Promise<void>;
  /** The document's FetchPendingTask: one task that is due, or undefined. */
  fetchPending(type: string, nowMs: number): Promise<DelayedTask | undefined>;
  /** The document's GetMinNextRetryTime: when the next task is due, or undefined where none waits. */
  minNextTime(type: string): Promise<number | undefined>;
  remove(task: DelayedTask): Promise<void>;
}

/**
 * Whether a fetched task is its worker's alone. The document does not show its query. `reads`: it is not, which one worker a type
 * need not mind, and several run the same task. `claims`: it is, and a crash before its end loses it.
 */
export type Fetch = 'reads' | 'claims';

/** Delayed tasks in Redis: a sorted set per type, scored by due time. The document's own store is a relational database. */
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
      // Another worker may have been faster: each turn, one of them goes home with a task.
      if ((await this.#redis.zrem(key, task.id)) === 1) return task;
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
