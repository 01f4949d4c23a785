import type { Claim, ClaimContext, ClaimDefinition, WorkerContext } from '../claim.ts';
import { LOCK_TTL_MS, TaskLock } from '../task-lock.ts';
import { claimUnderLock, type HeadLeaves } from './locked-claim.ts';
import { SingleQueue } from './single-queue.ts';

type SingleQueueLockParameters = {
  /** A lock ends after this time, whatever its owner does. */
  readonly lockTtlMs: number;
  /**
   * When a task leaves the head of the queue. The document's code moves it with its status (`on-claim`); its text, in which the
   * others "retry while worker 1 is still processing" and fail, describes a head that stays (`on-completion`).
   */
  readonly headLeaves: HeadLeaves;
};

/** Every worker reads the one head and takes its lock, then the type's token. */
class SingleQueueLock extends SingleQueue {
  readonly #lock: TaskLock;
  readonly #headLeaves: HeadLeaves;

  constructor(context: ClaimContext, { lockTtlMs, headLeaves }: SingleQueueLockParameters) {
    super(context);
    this.#lock = new TaskLock(context, context.keys, lockTtlMs);
    this.#headLeaves = headLeaves;
  }

  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    const task = await this.taskAt(0);
    if (task === undefined) {
      this.context.observe({ kind: 'empty-poll', worker: worker.id });
      return undefined;
    }
    const tools = { ...this.context, store: this.store, lock: this.#lock };
    return claimUnderLock(tools, worker, task, { checkAgain: false, headLeaves: this.#headLeaves });
  }
}

/**
 * One pending sorted set; a worker reads its head, takes `lock:task:<id>` (SET NX PX), then the type's token, then runs.
 *
 * Promises: nothing is lost while no process dies, limits hold. Losing the lock ends the poll: N workers that poll in step start one task a poll.
 */
export const singleQueueLock: ClaimDefinition<SingleQueueLockParameters> = {
  id: 'single-queue-lock',
  source: 'xqueue-0.0.4, bug 2; xqueue-changelog, 0.0.2–0.0.3',
  summary: 'read the head of one queue, lock that task, then take the token',
  guarantees: {
    delivery: 'may lose tasks',
    order: 'priority, then submission order of claims',
    limits: true,
    blocks: false,
    claimsByType: false,
    bindsWorkers: false,
    holdsUpOthers: true,
    brokenBy: [
      'a worker that reads the head just before its task ends runs it again: the status is not looked at under the lock',
      'a handler that outlives its lock or its token',
      'a crash between status processing and the end: nothing returns the task to the queue',
      'a cancellation within a round trip of the claim: the task runs all the same',
    ],
  },
  defaults: { lockTtlMs: LOCK_TTL_MS, headLeaves: 'on-claim' },
  choices: { headLeaves: ['on-claim', 'on-completion'] },
  create: (context, parameters) => new SingleQueueLock(context, parameters),
};
