import type { RunnerTask, TaskTraits } from './runner.ts';
import type { Awaitable, SharedMemory } from './shared-memory.ts';

/** The document's ThreadPool: where runners borrow a thread for one step. */
export interface ThreadPool {
  /**
   * @param run never throws; told the thread's name
   * @returns false where the pool takes nothing any more; as documented nobody listens
   */
  postInternal(run: (thread: string) => Promise<void>, traits: TaskTraits): Awaitable<boolean>;
  /**
   * A runner above accepts a task: a pool that waits for all that was accepted counts it.
   * @returns to be called when the task has ended
   * @throws PostRefusedError where the pool takes nothing any more
   */
  admit(task: RunnerTask): Awaitable<() => void>;
}

/** As many threads as wanted: a goroutine for each step. */
export function goroutines(memory: SharedMemory): ThreadPool {
  return {
    postInternal(run) {
      memory.spawn(() => run('goroutine'), 'run loop');
      return true;
    },
    admit: () => () => {},
  };
}
