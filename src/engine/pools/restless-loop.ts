import type { WorkerContext } from '../claim.ts';
import type { PoolContext, WorkerLoop } from '../pool.ts';
import { type ClaimedTask, claimTask } from './claimed-task.ts';
import { Recovery } from './recovery.ts';
import { rest } from './rest.ts';

/**
 * A worker that claims task after task while there are any, and rests for an interval when there is none.
 * @param run what it does with a claimed task
 */
export function restlessLoop(
  context: PoolContext,
  { intervalMs, recoverIntervalMs }: { readonly intervalMs: number; readonly recoverIntervalMs: number },
  run: (claimed: ClaimedTask, worker: WorkerContext) => Promise<void> = (claimed) => claimed.run(),
): WorkerLoop {
  return async (worker) => {
    const recovery = new Recovery(context, recoverIntervalMs);
    while (!worker.stopping.aborted) {
      await recovery.runIfDue(worker);
      const claimed = await claimTask(context, worker);
      if (typeof claimed !== 'string') await run(claimed, worker);
      else if (claimed === 'nothing') await rest(context.clock, worker.stopping, intervalMs);
    }
  };
}
