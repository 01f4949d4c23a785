import type { WorkerContext } from '../claim.ts';
import type { PoolContext, PoolDefinition } from '../pool.ts';
import { claimAndRun } from './claimed-task.ts';
import { RECOVER_INTERVAL_MS, Recovery } from './recovery.ts';
import { rest } from './rest.ts';
import { WorkerGroup } from './worker-group.ts';

type PollingParameters = {
  /** How long a worker rests between two polls. */
  readonly intervalMs: number;
  /** All workers start at once, or spread evenly over one interval. */
  readonly phases: 'aligned' | 'staggered';
  /**
   * `ticks`: polls fall on multiples of the interval; what is missed while a task runs is skipped. `go-ticker`: the same, but
   * one missed tick is kept, as Go's time.Ticker does, so that a worker polls again right after a long task. `rest`: a full
   * interval after each poll or task. The documents say "check interval" and leave it open.
   */
  readonly cadence: 'ticks' | 'go-ticker' | 'rest';
  /** How often each worker takes back what others left, where the strategy can. */
  readonly recoverIntervalMs: number;
};

function pollingLoop(context: PoolContext, { intervalMs, phases, cadence, recoverIntervalMs }: PollingParameters) {
  return async (worker: WorkerContext): Promise<void> => {
    const place = context.workers.findIndex(({ id }) => id === worker.id);
    const phaseMs = phases === 'aligned' ? 0 : (place * intervalMs) / context.workers.length;
    const startMs = context.clock.now() + phaseMs;
    let nextTick = 1;
    let goOn = await rest(context.clock, worker.stopping, phaseMs);
    const recovery = new Recovery(context, recoverIntervalMs);
    while (goOn) {
      await recovery.runIfDue(worker);
      await claimAndRun(context, worker);
      const sinceStartMs = context.clock.now() - startMs;
      const ticksPassed = Math.floor(sinceStartMs / intervalMs);
      if (cadence === 'rest') {
        goOn = await rest(context.clock, worker.stopping, intervalMs);
      } else if (cadence === 'go-ticker' && ticksPassed >= nextTick) {
        goOn = !worker.stopping.aborted;
        nextTick = ticksPassed + 1;
      } else {
        nextTick = Math.max(nextTick, ticksPassed + 1);
        // No longer than an interval, however far the clock was set back meanwhile.
        const untilTickMs = Math.min(intervalMs, nextTick * intervalMs - sinceStartMs);
        goOn = await rest(context.clock, worker.stopping, untilTickMs);
        nextTick++;
      }
    }
  };
}

/**
 * n workers that look for a task every so often, each busy with at most one (xqueue-changelog, 0.0.2–0.0.4).
 *
 * A task waits for the next poll, up to one interval. Polls in step all want the same head.
 */
export const polling: PoolDefinition<PollingParameters> = {
  id: 'polling',
  source: 'xqueue-changelog, 0.0.2–0.0.4',
  summary: 'n workers, each looking for a task every interval',
  claims: 'any',
  needsClaimsByType: false,
  needsEvents: false,
  sizesItself: false,
  guarantees: {
    pickUp: 'within an interval',
    brokenBy: ['a strategy whose claim loses a race: the worker waits for its next poll'],
  },
  defaults: { intervalMs: 1000, phases: 'aligned', cadence: 'ticks', recoverIntervalMs: RECOVER_INTERVAL_MS },
  choices: { phases: ['aligned', 'staggered'], cadence: ['ticks', 'go-ticker', 'rest'] },
  create: (context, parameters) => new WorkerGroup(context, pollingLoop(context, parameters)),
};
