import type { Claim, WorkerContext } from '../claim.ts';
import type { PoolContext } from '../pool.ts';
import type { Task } from '../task.ts';
import { type Handler, messageOf, runClaim } from '../worker.ts';
import { rest } from './rest.ts';

/** A worker whose poll failed waits so long: a Redis that is down must not become a busy loop. */
export const BACK_OFF_MS = 1000;

/** A task that a worker has the right to run. */
export interface ClaimedTask {
  readonly task: Task;
  /** Runs it to its end and settles the claim. Once; never throws. */
  run(): Promise<void>;
}

/**
 * One claim.
 * @returns the task, `nothing`, or `failed`; after `failed` the worker has already backed off
 */
export async function claimTask(
  context: PoolContext,
  worker: WorkerContext,
): Promise<ClaimedTask | 'nothing' | 'failed'> {
  try {
    const claim = await context.strategy.claim(worker);
    if (claim === undefined) return 'nothing';
    const handler = await handlerOf(claim, context);
    return { task: claim.task, run: () => runClaim(claim, handler, worker.id, context) };
  } catch (error) {
    if (worker.stopping.aborted) return 'failed';
    context.observe({ kind: 'poll-failed', worker: worker.id, error: messageOf(error) });
    await rest(context.clock, worker.stopping, BACK_OFF_MS);
    return 'failed';
  }
}

/** One claim, and its task run to the end. @returns `ran`, or what there was instead; see claimTask */
export async function claimAndRun(context: PoolContext, worker: WorkerContext): Promise<'ran' | 'nothing' | 'failed'> {
  const claimed = await claimTask(context, worker);
  if (typeof claimed === 'string') return claimed;
  await claimed.run();
  return 'ran';
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
