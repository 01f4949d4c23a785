import { type DelayManager, HeapDelayManager } from './delay-manager.ts';
import type { RunnerDefinition, RunnerTask, TaskRunner } from './runner.ts';
import { TaskScheduler } from './task-scheduler.ts';

/** A repetition under way. */
export interface RepeatingTask {
  /** The run under way is the last. Idempotent. */
  stop(): void;
  readonly isStopped: boolean;
}

/**
 * From where the interval counts. The document says "timed repeating tasks" and shows no code.
 * `after-end`: from the end of a run: runs never pile up, and the rhythm is interval plus duration. `fixed-rate`: from the first post,
 * whatever the runs do: the rhythm is the interval, and runs that are longer pile up.
 */
export type Rhythm = 'after-end' | 'fixed-rate';

/**
 * Posts a task again and again. A run that the runner refuses ends the repetition.
 * @param task what the nth run is, from 1
 * @returns once the first run is accepted
 * @throws PostRefusedError where the first run is not
 */
export async function repeat(
  runner: TaskRunner,
  delays: DelayManager,
  { intervalMs, rhythm = 'after-end' }: { readonly intervalMs: number; readonly rhythm?: Rhythm },
  task: (run: number) => RunnerTask,
): Promise<RepeatingTask> {
  let isStopped = false;
  let pending: ReturnType<DelayManager['add']> | undefined;
  const stop = () => {
    isStopped = true;
    if (pending !== undefined) delays.cancel(pending);
  };
  const postNext = (number: number) => {
    if (!isStopped) pending = delays.add(intervalMs, () => void post(number).catch(stop));
  };
  const post = (number: number): Promise<void> => {
    if (rhythm === 'fixed-rate') postNext(number + 1);
    const { run, ...rest } = task(number);
    const again = async (signal: AbortSignal | undefined) => {
      try {
        await run(signal);
      } finally {
        if (rhythm === 'after-end') postNext(number + 1);
      }
    };
    return runner.post({ ...rest, run: again });
  };
  await post(1).catch((error: unknown) => {
    stop();
    throw error;
  });
  return {
    stop,
    get isStopped() {
      return isStopped;
    },
  };
}

type RepeatingParameters = {
  readonly intervalMs: number;
  readonly rhythm: Rhythm;
  readonly threads: number;
};

/** Every task that is posted repeats, on a scheduler, until the shutdown: its runs are called `t1.1`, `t1.2`, … */
export const repeatingTask: RunnerDefinition<RepeatingParameters> = {
  id: 'repeating-task',
  source: 'task-runner, strengths 2',
  summary: 'tasks that repeat at an interval, on a scheduler',
  guarantees: {
    order: 'none',
    delivery: 'may lose tasks',
    brokenBy: [
      'runs that last: each comes later than the interval says (rhythm after-end)',
      'runs longer than the interval: they pile up (rhythm fixed-rate)',
    ],
  },
  defaults: { intervalMs: 100, rhythm: 'after-end', threads: 4 },
  choices: { rhythm: ['after-end', 'fixed-rate'] },
  create(context, { intervalMs, rhythm, threads }) {
    const delays = new HeapDelayManager({ ...context, observe: () => {} }, context.name, 'new-first');
    const scheduler = TaskScheduler.plain(context, threads);
    const repetitions = new Set<RepeatingTask>();
    const stopAll = () => {
      for (const repetition of repetitions) repetition.stop();
    };
    return {
      async post(task) {
        const nth = (run: number): RunnerTask => ({ ...task, id: `${task.id}.${run}` });
        repetitions.add(await repeat(scheduler, delays, { intervalMs, rhythm }, nth));
      },
      start: () => scheduler.start(),
      shutdown() {
        stopAll();
        return scheduler.shutdown();
      },
      stop() {
        stopAll();
        scheduler.stop();
      },
    };
  },
};
