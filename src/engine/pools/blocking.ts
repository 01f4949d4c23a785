import type { WorkerContext } from '../claim.ts';
import type { PoolContext, PoolDefinition } from '../pool.ts';
import { claimAndRun } from './claimed-task.ts';
import { RECOVER_INTERVAL_MS, Recovery } from './recovery.ts';
import { WorkerGroup } from './worker-group.ts';

type BlockingParameters = {
  /** How often each worker takes back what others left unacknowledged. */
  readonly recoverIntervalMs: number;
};

function blockingLoop(context: PoolContext, { recoverIntervalMs }: BlockingParameters) {
  return async (worker: WorkerContext): Promise<void> => {
    const recovery = new Recovery(context, recoverIntervalMs);
    while (!worker.stopping.aborted) {
      await recovery.runIfDue(worker);
      await claimAndRun(context, worker);
    }
  };
}

/**
 * n workers, each parked in a claim that waits by itself (xqueue-changelog, 0.0.5: XREADGROUP with BLOCK 5 s).
 *
 * A task is picked up as soon as a worker is free. Stopping takes as long as the longest claim blocks.
 */
export const blocking: PoolDefinition<BlockingParameters> = {
  id: 'blocking',
  source: 'xqueue-changelog, 0.0.5',
  summary: 'n workers, each parked in a claim that waits for a task',
  claims: 'blocking',
  needsClaimsByType: false,
  needsEvents: false,
  sizesItself: false,
  guarantees: {
    pickUp: 'at once',
    brokenBy: ['a strategy whose workers wait for a token with a task in hand: they are neither idle nor at work'],
  },
  defaults: { recoverIntervalMs: RECOVER_INTERVAL_MS },
  create: (context, parameters) => new WorkerGroup(context, blockingLoop(context, parameters)),
};
