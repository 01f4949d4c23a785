import { FifoTaskQueue } from './priority-task-queue.ts';
import type { RunnerDefinition, RunnerTask, TaskRunner } from './runner.ts';
import { SequencedRunner } from './sequenced-runner.ts';
import { goroutines } from './thread-pool.ts';

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

type ReplyParameters = {
  /**
   * What becomes of a task that throws. `no-reply`: nothing, as with the pattern that the document names and shows no code of. `told`:
   * the reply is posted with the error for its result.
   */
  readonly onError: 'no-reply' | 'told';
};

/** Two sequenced runners: tasks run on `worker`, the reply of `t1` is `t1.reply` and runs on `home`. */
export const taskAndReply: RunnerDefinition<ReplyParameters> = {
  id: 'task-and-reply',
  source: 'task-runner, strengths 2',
  summary: 'a task on one sequenced runner, and a reply with its result on another',
  guarantees: {
    order: 'one at a time, in order of posts',
    delivery: 'exactly once',
    brokenBy: ['a task that throws: whoever waits for its reply waits for ever (onError no-reply)'],
  },
  defaults: { onError: 'no-reply' },
  choices: { onError: ['no-reply', 'told'] },
  create(context, { onError }) {
    const runnerOf = (name: string) => {
      const queue = new FifoTaskQueue();
      return new SequencedRunner({ ...context, name }, { loop: 'sound', queue, pool: goroutines(context.memory) });
    };
    const worker = runnerOf('worker');
    const home = runnerOf('home');
    return {
      post(task) {
        const run = async (signal: AbortSignal | undefined): Promise<unknown> => {
          try {
            return await task.run(signal);
          } catch (error) {
            if (onError === 'no-reply') throw error;
            return error;
          }
        };
        const reply = { id: `${task.id}.reply`, type: `${task.type} reply`, traits: task.traits, run: async () => {} };
        return postTaskAndReply(worker, { ...task, run }, home, reply);
      },
      start() {},
      shutdown: async () => {},
      stop() {},
    };
  },
};
