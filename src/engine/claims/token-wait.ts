import type { ClaimContext, WorkerContext } from '../claim.ts';
import type { Token } from '../concurrency-limiter.ts';
import type { Task } from '../task.ts';

/**
 * Asks for a token until there is one, with the task in hand.
 * @param tokenPollMs how often
 * @param whenFull `wait`, or `give-up` where the first attempt finds none
 * @returns the token, undefined where the worker is to stop or asked in vain; and whether it took more than one attempt
 */
export async function waitForToken(
  { limiter, clock, observe }: ClaimContext,
  worker: WorkerContext,
  task: Task,
  { tokenPollMs, whenFull = 'wait' }: { readonly tokenPollMs: number; readonly whenFull?: 'wait' | 'leave-pending' },
): Promise<{ token: Token | undefined; waited: boolean }> {
  for (let waited = false; ; waited = true) {
    const token = await limiter.acquire(task.type);
    if (token !== undefined) return { token, waited };
    observe({ kind: 'conflict', over: 'token', task: task.id, worker: worker.id });
    if (whenFull === 'leave-pending' || worker.stopping.aborted) return { token, waited };
    await clock.sleep(tokenPollMs);
  }
}
