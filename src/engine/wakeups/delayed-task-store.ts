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

/** Delayed tasks in Redis: a sorted set per type, scored by due time. The document's own store is a relational database. */
export class RedisDelayedTaskStore implements DelayedTaskStore {
  readonly #redis: Ports['redis'];
  readonly #keys: Keys;

  constructor(redis: Ports['redis'], keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async add(task: DelayedTask): Promise<void> {
    await this.#redis.zadd(this.#keys.delayed(task.type), task.dueAtMs, task.id);
  }

  async fetchPending(type: string, nowMs: number): Promise<DelayedTask | undefined> {
    const due = await this.#redis.zrangebyscore(this.#keys.delayed(type), '-inf', nowMs, 'WITHSCORES', 'LIMIT', 0, 1);
    return toTask(type, due);
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
