import type { ClaimContext, ClaimDefinition, ClaimStrategy, Parameters, WorkerIdentity } from './claim.ts';
import { ConcurrencyLimiter } from './concurrency-limiter.ts';
import { Keys } from './keys.ts';
import type { PoolDefinition, WorkerPool } from './pool.ts';
import type { Ports } from './ports.ts';
import { TaskEvents } from './task-events.ts';
import { TaskManager } from './task-manager.ts';

/** Any definition of the catalogue, whatever its parameters are. */
type AnyClaims = Omit<ClaimDefinition, 'create' | 'defaults' | 'choices'> & {
  readonly defaults: Parameters;
  create(context: ClaimContext, parameters: never): ClaimStrategy;
};
type AnyPool = Omit<PoolDefinition, 'create' | 'defaults' | 'choices'> & {
  readonly defaults: Parameters;
  create(context: never, parameters: never): WorkerPool;
};

export interface QueueOptions {
  readonly claims: AnyClaims;
  readonly pool: AnyPool;
  /** Parameters not given are as documented. */
  readonly claimParameters?: Parameters;
  readonly poolParameters?: Parameters;
  /** This process's name, unique over all processes. */
  readonly process: string;
  /**
   * This process's workers: how many, or which. None where the pool sizes itself, and in a process that only submits. Where the
   * design binds tasks to workers, name them, each with its number.
   */
  readonly workers?: number | readonly WorkerIdentity[];
  /** Workers over all processes. Default: those of this one. */
  readonly workerCount?: number;
  /** Every key of the queue begins with it. */
  readonly keyPrefix?: string;
  /** How long a token lives that nobody gives back, in ms. Default one minute. */
  readonly tokenTtlMs?: number;
}

/**
 * One process's share of a queue: a design, claim strategy × pool, over its ports. Register handlers, `open` it, submit; `start`
 * its workers, and `stop` them. Another process with the same keys has its own share of the same queue.
 */
export class Queue {
  readonly manager: TaskManager;
  readonly strategy: ClaimStrategy;
  readonly #context: ClaimContext;
  readonly #options: QueueOptions;
  readonly #events: TaskEvents | undefined;
  #pool: WorkerPool | undefined;
  readonly #stopping = new AbortController();
  #dispatching: Promise<void> | undefined;

  constructor(ports: Ports, options: QueueOptions) {
    const { claims, pool, keyPrefix, tokenTtlMs } = options;
    const keys = new Keys(keyPrefix);
    const limiter = new ConcurrencyLimiter(ports, keys, tokenTtlMs);
    const workerCount = pool.sizesItself ? 0 : (options.workerCount ?? workersOf(options).length);
    this.#context = { ...ports, keys, limiter, workerCount };
    this.#options = options;
    this.strategy = claims.create(this.#context, { ...claims.defaults, ...options.claimParameters } as never);
    this.#events = pool.needsEvents ? new TaskEvents(ports, keys) : undefined;
    this.manager = new TaskManager(this.#context, this.strategy, this.#events);
  }

  /** Prepares Redis. Before the first submission, and before `start`. Any process may be first. */
  async open(): Promise<void> {
    await this.strategy.open?.();
  }

  /** Starts this process's workers. Handlers are registered before. Once. */
  start(): void {
    const { pool, process, poolParameters } = this.#options;
    const context = {
      ...this.#context,
      strategy: this.strategy,
      manager: this.manager,
      events: this.#events,
      process,
      workers: workersOf(this.#options),
    };
    this.#pool = pool.create(context as never, { ...pool.defaults, ...poolParameters } as never);
    this.#pool.start();
  }

  /** Deals out tasks until the queue is stopped: for one process, where the design needs a dispatcher. */
  startDispatcher(): void {
    this.#dispatching ??= this.#dispatch();
  }

  /** Stops claiming, waits for the tasks under way. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the queue is stopping'));
    await Promise.all([this.#pool?.stop(), this.#dispatching]);
  }

  async #dispatch(): Promise<void> {
    const { redis } = this.#context;
    const blockingRedis = redis.duplicate();
    try {
      await this.strategy.dispatch?.({
        id: this.#options.process,
        types: this.manager.types,
        redis,
        blockingRedis,
        stopping: this.#stopping.signal,
      });
    } finally {
      blockingRedis.disconnect();
    }
  }
}

function workersOf({ workers = 0, process }: QueueOptions): readonly WorkerIdentity[] {
  if (typeof workers !== 'number') return workers;
  return Array.from({ length: workers }, (_, number) => ({ id: `${process}/worker-${number + 1}`, number }));
}
