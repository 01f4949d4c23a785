import type { Claim, ClaimContext, WorkerContext } from '../claim.ts';
import type { Token } from '../concurrency-limiter.ts';
import type { Contested } from '../events.ts';
import type { Task } from '../task.ts';
import type { TaskLock } from '../task-lock.ts';
import type { TaskStore } from '../task-store.ts';
import { runningClaim } from './running-claim.ts';

/** When the id leaves the pending queue: with its status, or only once the task has ended. */
export type HeadLeaves = 'on-claim' | 'on-completion';

/**
 * The documented path from a task that was read to a claim: its lock, (a second look at its status), the type's token, status
 * processing. Losing any of them gives back what was taken and ends the poll.
 */
export async function claimUnderLock(
  { store, lock, limiter, observe }: ClaimContext & { readonly store: TaskStore; readonly lock: TaskLock },
  worker: WorkerContext,
  task: Task,
  options: { readonly checkAgain: boolean; readonly headLeaves: HeadLeaves },
): Promise<Claim | undefined> {
  const held = await lock.acquire(`task:${task.id}`);
  if (held === undefined) {
    observe({ kind: 'conflict', over: 'lock', task: task.id, worker: worker.id });
    return undefined;
  }
  let token: Token | undefined;
  const giveBack = async () => {
    try {
      if (token !== undefined) await limiter.release(token);
    } finally {
      await lock.release(held);
    }
  };
  const lose = async (over: Contested) => {
    observe({ kind: 'conflict', over, task: task.id, worker: worker.id });
    await giveBack();
    return undefined;
  };
  const stays = options.headLeaves === 'on-completion';
  let running: Task;
  try {
    if (options.checkAgain && (await store.status(task.id)) !== 'pending') return await lose('status');
    token = await limiter.acquire(task.type);
    if (token === undefined) return await lose('token');
    running = await store.setStatus(task, 'processing', stays ? 'stays' : 'pending');
  } catch (error) {
    // As documented (0.0.3, 0.0.4.1): an error gives back what was taken. Where Redis does not answer, it expires.
    await giveBack().catch(() => {});
    throw error;
  }
  observe({ kind: 'claimed', task: task.id, worker: worker.id });
  return runningClaim({ store, observe }, worker, running, giveBack, stays ? 'pending' : 'processing');
}
