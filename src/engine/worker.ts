import type { Claim } from './claim.ts';
import { QueueTimeoutError, TaskTimeoutError } from './errors.ts';
import type { Outcome } from './events.ts';
import { statusOfFailure } from './outcome.ts';
import type { Ports } from './ports.ts';
import type { Task } from './task.ts';

/** What runs a task. The signal is aborted when the task's time is over; undefined where its time is not limited. */
export type Handler = (task: Task, signal: AbortSignal | undefined) => Promise<void>;

/**
 * Runs a claimed task and settles the claim. Never throws: a handler's error becomes the task's outcome; a settlement that
 * Redis refuses is reported as `settle-failed`, and the claim
 * is left to the strategy's recovery, where it has one.
 */
export async function runClaim(
  claim: Claim,
  handler: Handler,
  worker: string,
  { clock, observe }: Pick<Ports, 'clock' | 'observe'>,
): Promise<void> {
  const { task } = claim;
  let failure: { readonly error: unknown } | undefined;
  if (task.queueTimeoutMs > 0 && clock.now() - task.createdAtMs > task.queueTimeoutMs) {
    failure = { error: new QueueTimeoutError(task.id, task.queueTimeoutMs) };
    observe({ kind: 'expired', task: task.id, worker });
  } else {
    observe({ kind: 'started', task: task.id, type: task.type, worker });
    failure = await runHandler(task, handler, clock);
    const outcome: Outcome = failure === undefined ? 'success' : statusOfFailure(failure.error);
    observe({ kind: 'finished', task: task.id, type: task.type, worker, outcome });
  }
  try {
    await (failure === undefined ? claim.complete() : claim.fail(failure.error));
  } catch (error) {
    observe({ kind: 'settle-failed', task: task.id, worker, error: messageOf(error) });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @returns the error in a box, as a handler may throw undefined; undefined when it succeeded */
async function runHandler(
  task: Task,
  handler: Handler,
  clock: Ports['clock'],
): Promise<{ error: unknown } | undefined> {
  try {
    if (task.processTimeoutMs === 0) await handler(task, undefined);
    else await withinTime(task, handler, clock);
    return undefined;
  } catch (error) {
    return { error };
  }
}

/**
 * A handler that ignores its signal goes on in the background; its result is no longer waited for. Once its time is over the task
 * has timed out, whatever the handler makes of the signal.
 */
async function withinTime(task: Task, handler: Handler, clock: Ports['clock']): Promise<void> {
  const abort = new AbortController();
  const timeUp = new AbortController();
  const timeout = clock.sleep(task.processTimeoutMs, timeUp.signal).then(
    () => {
      const error = new TaskTimeoutError(task.id, task.processTimeoutMs);
      abort.abort(error);
      throw error;
    },
    () => {},
  );
  // An async function, lest a handler that throws before its first await leave the timer behind.
  const run = (async () => handler(task, abort.signal))();
  try {
    await Promise.race([run, timeout.then(() => run)]);
  } finally {
    run.catch(() => {});
    timeUp.abort(new Error('the handler has ended'));
    if (abort.signal.aborted) await timeout;
  }
}
