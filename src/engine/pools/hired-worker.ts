import type { WorkerContext } from '../claim.ts';
import type { PoolContext } from '../pool.ts';
import type { Member } from './member.ts';

/** A worker from its start to its end, and what a claim strategy sees of it. */
export class HiredWorker {
  readonly context: WorkerContext;
  readonly #observe: PoolContext['observe'];
  /** One a worker: a signal that many workers listen to is slow, and Node warns of it. */
  readonly #stopping = new AbortController();
  #blockingRedis: PoolContext['redis'] | undefined;

  constructor({ redis, observe, manager, process }: PoolContext, { identity, types }: Member) {
    const blocking = () => {
      this.#blockingRedis ??= redis.duplicate();
      return this.#blockingRedis;
    };
    this.#observe = observe;
    this.context = {
      ...identity,
      types: types ?? manager.types,
      redis,
      stopping: this.#stopping.signal,
      get blockingRedis() {
        return blocking();
      },
    };
    observe({ kind: 'worker-started', worker: identity.id, process });
  }

  get id(): string {
    return this.context.id;
  }

  /** Whatever it waits for, it waits no longer. */
  stop(): void {
    this.#stopping.abort(new Error('the worker is to stop'));
  }

  /** Its last task has ended. Once. */
  leave(): void {
    this.#blockingRedis?.disconnect();
    this.#observe({ kind: 'worker-stopped', worker: this.id });
  }
}
