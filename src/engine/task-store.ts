import type { ChainableCommander } from 'ioredis';
import type { Keys } from './keys.ts';
import type { Ports } from './ports.ts';
import { isTerminal, pendingScore, type Task, type TaskStatus } from './task.ts';

/** Whether ids are also kept in a sorted set per status, as the single-queue designs need, whose queue is that index. */
export type StatusIndex = 'indexed' | 'unindexed';

/**
 * The record of every task in Redis: a hash each, and, where indexed, a sorted set of ids per status.
 *
 * Writes are unconditional, as documented: who may change a status is the claim strategy's business.
 */
export class TaskStore {
  readonly #ports: Pick<Ports, 'redis' | 'clock' | 'observe'>;
  readonly #keys: Keys;
  readonly #index: StatusIndex;
  readonly #queueOf: (task: Task) => string;

  /** @param queueOf indexed, the sorted set that a task is pending in; one for all of them where not given */
  constructor(
    ports: Pick<Ports, 'redis' | 'clock' | 'observe'>,
    keys: Keys,
    index: StatusIndex,
    queueOf: (task: Task) => string = () => keys.status('pending'),
  ) {
    this.#ports = ports;
    this.#keys = keys;
    this.#index = index;
    this.#queueOf = queueOf;
  }

  /** Writes a new task down. Indexed, it is in the pending queue from here on. */
  async create(task: Task): Promise<void> {
    const { redis } = this.#ports;
    if (this.#index === 'unindexed') {
      await redis.hset(this.#keys.task(task.id), toFields(task));
      return;
    }
    await commit(
      redis
        .multi()
        .hset(this.#keys.task(task.id), toFields(task))
        .zadd(this.#queueOf(task), pendingScore(task), task.id),
    );
  }

  async get(id: string): Promise<Task | undefined> {
    const fields = await this.#ports.redis.hgetall(this.#keys.task(id));
    return fields.id === undefined ? undefined : fromFields(fields);
  }

  async status(id: string): Promise<TaskStatus | undefined> {
    return ((await this.#ports.redis.hget(this.#keys.task(id), 'status')) ?? undefined) as TaskStatus | undefined;
  }

  /** Ids with a status, in the order of the queue; only where indexed. */
  ids(status: TaskStatus, offset: number, count: number): Promise<string[]> {
    return this.#ports.redis.zrange(this.#keys.status(status), offset, offset + count - 1);
  }

  /**
   * Writes a status, and moves the id in the index.
   * @param task as last read; its status is what the writer believes it to be
   * @param placed where the id stands in the index, if not under `task.status`; `stays` leaves it there
   */
  async setStatus(task: Task, to: TaskStatus, placed: TaskStatus | 'stays' = task.status): Promise<Task> {
    const { redis, clock, observe } = this.#ports;
    const key = this.#keys.task(task.id);
    const changes = { status: to, updatedAtMs: clock.now() };
    if (this.#index === 'indexed' && placed !== 'stays') {
      await commit(
        redis
          .multi()
          .hset(key, changes)
          .zrem(this.#setOf(task, placed), task.id)
          .zadd(this.#setOf(task, to), pendingScore(task), task.id),
      );
    } else if (this.#index === 'unindexed' && isTerminal(to)) {
      // Not a transaction: it would double the cost of every task for the sake of a count.
      await Promise.all([redis.hset(key, changes), redis.hincrby(this.#keys.totals, to, 1)]);
    } else {
      await redis.hset(key, changes);
    }
    observe({ kind: 'status', task: task.id, from: task.status, to });
    return { ...task, status: to };
  }

  /** Takes an id out of the index. False where it was not there: somebody else has moved it. */
  async unindex(id: string, status: TaskStatus): Promise<boolean> {
    return (await this.#ports.redis.zrem(this.#keys.status(status), id)) === 1;
  }

  /** How many tasks have a status. Unindexed, only the terminal ones are counted. */
  async count(status: TaskStatus): Promise<number> {
    if (this.#index === 'indexed') return this.#ports.redis.zcard(this.#keys.status(status));
    return Number((await this.#ports.redis.hget(this.#keys.totals, status)) ?? 0);
  }

  #setOf(task: Task, status: TaskStatus): string {
    return status === 'pending' ? this.#queueOf(task) : this.#keys.status(status);
  }
}

/**
 * Sends a transaction. ioredis reports the errors of single calls as results, not as a rejection: they are raised here.
 * @throws the first call's ReplyError
 */
async function commit(transaction: ChainableCommander): Promise<void> {
  for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
}

/** A task's record as the arguments of HSET. */
export function toArguments(task: Task): (string | number)[] {
  return Object.entries(toFields(task)).flat();
}

/** A task from its record, as a script gives it back: names and values in turn. */
export function fromHash(record: readonly string[]): Task {
  const fields: Record<string, string> = {};
  for (let index = 0; index < record.length; index += 2) fields[record[index] as string] = record[index + 1] as string;
  return fromFields(fields);
}

/** Times that are not limited are left out. */
function toFields({ queueTimeoutMs, processTimeoutMs, ...task }: Task): Record<string, string | number> {
  const fields: Record<string, string | number> = task;
  if (queueTimeoutMs > 0) fields.queueTimeoutMs = queueTimeoutMs;
  if (processTimeoutMs > 0) fields.processTimeoutMs = processTimeoutMs;
  return fields;
}

function fromFields(fields: Record<string, string>): Task {
  return {
    id: fields.id as string,
    type: fields.type as string,
    payload: fields.payload as string,
    priority: Number(fields.priority),
    status: fields.status as TaskStatus,
    createdAtMs: Number(fields.createdAtMs),
    queueTimeoutMs: Number(fields.queueTimeoutMs ?? 0),
    processTimeoutMs: Number(fields.processTimeoutMs ?? 0),
  };
}
