import type { Clock } from '../ports.ts';

/** Sleeps until the time is over or it is time to stop; tells which by returning whether to go on. */
export async function rest(clock: Clock, stopping: AbortSignal, ms: number): Promise<boolean> {
  if (stopping.aborted) return false;
  if (ms <= 0) return true;
  await clock.sleep(ms, stopping).catch(() => {});
  return !stopping.aborted;
}
