import type { DelayManager } from './delay-manager.ts';
import type { RunnerTask, TaskRunner } from './runner.ts';

/** A repetition under way. */
export interface RepeatingTask {
  /** The run under way is the last. Idempotent. */
  stop(): void;
  readonly isStopped: boolean;
}

/**
 * Posts a task again and again: the next run is posted one interval after the one before has ended, so that runs never pile up and
 * the rhythm is interval plus duration. A run that the runner refuses ends the repetition.
 * @param task what the nth run is, from 1
 */
export function repeat(
  runner: TaskRunner,
  delays: DelayManager,
  intervalMs: number,
  task: (run: number) => RunnerTask,
): RepeatingTask {
  let isStopped = false;
  let pending: ReturnType<DelayManager['add']> | undefined;
  const stop = () => {
    isStopped = true;
    if (pending !== undefined) delays.cancel(pending);
  };
  const post = (number: number): void => {
    const { run, ...rest } = task(number);
    const again = async (signal: AbortSignal | undefined) => {
      try {
        await run(signal);
      } finally {
        if (!isStopped) pending = delays.add(intervalMs, () => post(number + 1));
      }
    };
    runner.post({ ...rest, run: again }).catch(stop);
  };
  post(1);
  return {
    stop,
    get isStopped() {
      return isStopped;
    },
  };
}
