import type { Claim, WorkerContext } from '../claim.ts';
import { statusOfFailure } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import type { Task, TaskStatus } from '../task.ts';
import type { TaskStore } from '../task-store.ts';

/**
 * The claim on a task whose status is processing by now. However it is settled, its status is written first; what it held is given
 * back then, whatever became of that write.
 * @param placed where its id stands in the index
 */
export function runningClaim(
  { store, observe }: Pick<Ports, 'observe'> & { readonly store: TaskStore },
  worker: WorkerContext,
  task: Task,
  giveBack: () => Promise<void>,
  placed: TaskStatus = 'processing',
): Claim {
  const settle = async (to: TaskStatus) => {
    try {
      await store.setStatus(task, to, placed);
    } finally {
      await giveBack();
    }
  };
  return {
    task,
    complete: () => settle('success'),
    fail: (error) => settle(statusOfFailure(error)),
    release: async () => {
      await settle('pending');
      observe({ kind: 'released', task: task.id, worker: worker.id });
    },
  };
}
