import type { Claim, WorkerContext } from '../claim.ts';
import type { PoolContext, WorkerLoop, WorkerPool } from '../pool.ts';
import { type Handler, messageOf, runClaim } from '../worker.ts';

/** A worker whose poll failed waits so long: a Redis that is down must not become a busy loop. */
const BACK_OFF_MS = 1000;

/** How often a worker looks for what others left, unless told otherwise. The documents do not say. */
export const RECOVER_INTERVAL_MS = 30_000;

/** A fixed number of workers, each running the same loop. */
export class WorkerGroup implements WorkerPool {
  readonly #context: PoolContext;
  readonly #loop: WorkerLoop;
  /** One a worker: a signal that many workers listen to is slow, and Node warns of it. */
  readonly #stopping: AbortController[] = [];
  readonly #ended: Promise<void>[] = [];

  constructor(context: PoolContext, loop: WorkerLoop) {
    this.#context = context;
    this.#loop = loop;
  }

  start(): void {
    for (const id of this.#context.workers) this.#ended.push(this.#run(id));
  }

  async stop(): Promise<void> {
    for (const stopping of this.#stopping) stopping.abort(new Error('the pool is stopping'));
    await Promise.all(this.#ended);
  }

  async #run(id: string): Promise<void> {
    const { observe, redis } = this.#context;
    let own: PoolContext['redis'] | undefined;
    const stopping = new AbortController();
    this.#stopping.push(stopping);
    const worker: WorkerContext = {
      id,
      redis,
      stopping: stopping.signal,
      get blockingRedis() {
        own ??= redis.duplicate();
        return own;
      },
    };
    observe({ kind: 'worker-started', worker: id });
    await this.#loop(worker);
    own?.disconnect();
    observe({ kind: 'worker-stopped', worker: id });
  }
}

/** Sleeps until the time is over or the worker is to stop; tells which by returning whether to go on. */
export async function rest(context: PoolContext, worker: WorkerContext, ms: number): Promise<boolean> {
  if (worker.stopping.aborted) return false;
  if (ms <= 0) return true;
  await context.clock.sleep(ms, worker.stopping).catch(() => {});
  return !worker.stopping.aborted;
}

/** Takes back, every so often, what other workers left; for strategies that can. A failure shows in the claim that follows. */
export function recovery(context: PoolContext, worker: WorkerContext, intervalMs: number): () => Promise<void> {
  let atMs = context.clock.now() + intervalMs;
  return async () => {
    if (context.strategy.recover === undefined || context.clock.now() < atMs) return;
    atMs = context.clock.now() + intervalMs;
    await context.strategy.recover(worker).catch(() => {});
  };
}

/**
 * One claim, and its task run to the end.
 * @returns `ran`, or what there was instead; after `failed` the worker has already backed off
 */
export async function claimAndRun(context: PoolContext, worker: WorkerContext): Promise<'ran' | 'nothing' | 'failed'> {
  try {
    const claim = await context.strategy.claim(worker);
    if (claim === undefined) return 'nothing';
    const handler = await handlerOf(claim, context);
    await runClaim(claim, handler, worker.id, context);
    return 'ran';
  } catch (error) {
    if (worker.stopping.aborted) return 'failed';
    context.observe({ kind: 'poll-failed', worker: worker.id, error: messageOf(error) });
    await rest(context, worker, BACK_OFF_MS);
    return 'failed';
  }
}

/** A task of a type that only other processes know goes back to the queue, for them. @throws UnknownTaskTypeError */
async function handlerOf(claim: Claim, { manager }: PoolContext): Promise<Handler> {
  try {
    return manager.handler(claim.task.type);
  } catch (error) {
    await claim.release();
    throw error;
  }
}
