import type { RunnerTask, TaskRunner } from './runner.ts';

/**
 * Runs a task on one runner, then hands its result to a reply on another, which is where the asker lives. A task that throws has no
 * reply. Promises no reply where the reply's runner refuses it, as one that shuts down does; the task then counts as failed.
 * @throws PostRefusedError where the task's own runner refuses it
 */
export async function postTaskAndReply<T>(
  runner: TaskRunner,
  task: Omit<RunnerTask, 'run'> & { run(signal: AbortSignal | undefined): Promise<T> },
  replyRunner: TaskRunner,
  reply: Omit<RunnerTask, 'run'> & { run(result: T): Promise<void> },
): Promise<void> {
  const run = async (signal: AbortSignal | undefined) => {
    const result = await task.run(signal);
    await replyRunner.post({ ...reply, isFollowUp: true, run: () => reply.run(result) });
  };
  await runner.post({ ...task, run });
}
