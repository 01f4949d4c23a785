import type { Keys } from '../keys.ts';
import type { RedisClient } from '../ports.ts';
import { runScript } from '../script.ts';
import type { TaskStatus } from '../task.ts';
import type { JobStore, StoredJob } from './job-store.ts';
import change from './redis-job-store.change.lua.ts';
import save from './redis-job-store.save.lua.ts';

/**
 * Jobs in Redis, a hash each. Nothing is ever deleted: `list` reads all jobs, and is for a process that starts.
 *
 * Promises: of two that insert one id, or take one job over, one wins. A reply that is lost leaves it open whether the call was
 * carried out.
 */
export class RedisJobStore implements JobStore {
  readonly #redis: RedisClient;
  readonly #keys: Keys;

  constructor(redis: RedisClient, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async get(id: string): Promise<StoredJob | undefined> {
    const { type, status, owner } = await this.#redis.hgetall(this.#keys.job(id));
    if (type === undefined || status === undefined || owner === undefined) return undefined;
    return { id, type, status: status as TaskStatus, owner };
  }

  async save(job: StoredJob): Promise<void> {
    await this.#write(job, true);
  }

  insert(job: StoredJob): Promise<boolean> {
    return this.#write(job, false);
  }

  takeOver(id: string, from: string, to: string): Promise<boolean> {
    return this.#change(id, 'owner', from, to);
  }

  async updateStatus(id: string, status: TaskStatus): Promise<void> {
    await this.#change(id, 'status', '', status);
  }

  async list(statuses: readonly TaskStatus[]): Promise<StoredJob[]> {
    const ids = await this.#redis.zrange(this.#keys.jobs, 0, -1);
    const jobs = await Promise.all(ids.map((id) => this.get(id)));
    return jobs.filter((job): job is StoredJob => job !== undefined && statuses.includes(job.status));
  }

  async #write({ id, type, status, owner }: StoredJob, overwrite: boolean): Promise<boolean> {
    const keys = [this.#keys.job(id), this.#keys.jobs];
    return (await runScript(this.#redis, save, keys, [id, type, status, owner, overwrite ? 1 : 0])) === 1;
  }

  async #change(id: string, field: 'status' | 'owner', from: string, to: string): Promise<boolean> {
    return (await runScript(this.#redis, change, [this.#keys.job(id)], [field, from, to])) === 1;
  }
}
