import type { Claim } from './claim.ts';
import { LeaseLostError, QueueTimeoutError, TaskTimeoutError } from './errors.ts';
import type { Outcome } from './events.ts';
import { statusOfFailure } from './outcome.ts';
import type { Ports } from './ports.ts';
import type { Task } from './task.ts';

/**
 * What runs a task. The signal is aborted when the task's time is over, or the right to run it is lost; undefined where neither can
 * happen.
 */
export type Handler = (task: Task, signal: AbortSignal | undefined) => Promise<void>;

/**
 * Runs a claimed task and settles the claim. Never throws: a handler's error becomes the task's outcome; a task whose
 * lease was lost is given back; a settlement that Redis refuses is reported as `settle-failed`, and the claim is left to the
 * strategy's recovery, where it has one.
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
    failure = await runHandler(claim, handler, clock);
    const outcome: Outcome = failure === undefined ? 'success' : outcomeOf(failure.error);
    observe({ kind: 'finished', task: task.id, type: task.type, worker, outcome });
  }
  try {
    if (failure === undefined) await claim.complete();
    else if (failure.error instanceof LeaseLostError) await claim.release();
    else await claim.fail(failure.error);
  } catch (error) {
    observe({ kind: 'settle-failed', task: task.id, worker, error: messageOf(error) });
  }
}

function outcomeOf(error: unknown): Outcome {
  return error instanceof LeaseLostError ? 'interrupted' : statusOfFailure(error);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @returns the error in a box, as a handler may throw undefined; undefined when it succeeded */
async function runHandler(
  claim: Claim,
  handler: Handler,
  clock: Ports['clock'],
): Promise<{ error: unknown } | undefined> {
  const { task, lost } = claim;
  try {
    if (task.processTimeoutMs === 0 && lost === undefined) await handler(task, undefined);
    else await whileItMay(task, lost, handler, clock);
    return undefined;
  } catch (error) {
    return { error };
  }
}

/**
 * Runs the handler until its time is over or the right to run it is lost. One that ignores its signal goes on in the background;
 * its result is no longer waited for, and does not count, whatever it makes of the signal.
 */
async function whileItMay(
  task: Task,
  lost: AbortSignal | undefined,
  handler: Handler,
  clock: Ports['clock'],
): Promise<void> {
  const abort = new AbortController();
  const ended = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    const stop = (reason: unknown) => {
      abort.abort(reason);
      reject(reason);
    };
    if (task.processTimeoutMs > 0) {
      clock.sleep(task.processTimeoutMs, ended.signal).then(
        () => stop(new TaskTimeoutError(task.id, task.processTimeoutMs)),
        () => {},
      );
    }
    if (lost?.aborted) stop(lost.reason);
    else lost?.addEventListener('abort', () => stop(lost.reason), { once: true, signal: ended.signal });
  });
  stopped.catch(() => {});
  // An async function, lest a handler that throws before its first await leave the timer behind.
  const run = (async () => handler(task, abort.signal))();
  try {
    await Promise.race([run, stopped.then(() => run)]);
  } finally {
    run.catch(() => {});
    ended.abort(new Error('the handler has ended'));
    if (abort.signal.aborted) await stopped;
  }
}
