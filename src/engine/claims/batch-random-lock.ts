import type { Claim, ClaimContext, ClaimDefinition, WorkerContext } from '../claim.ts';
import type { Task } from '../task.ts';
import { LOCK_TTL_MS, TaskLock } from '../task-lock.ts';
import { claimUnderLock } from './locked-claim.ts';
import { SingleQueue } from './single-queue.ts';

type BatchRandomLockParameters = {
  /** How many tasks a worker reads from the head of the queue, to pick one of them. */
  readonly batchSize: number;
  /**
   * What is read of them. The document's GetTasksByStatus returns tasks (`records`: one command a task, for one that is used);
   * `ids` reads the record of the one that was picked.
   */
  readonly reads: 'records' | 'ids';
  /** Whether the status is looked at again under the lock. The document says "the rest unchanged": it is not. */
  readonly lookAgain: 'no' | 'yes';
  readonly lockTtlMs: number;
};

/** Every worker reads the first few and picks one at random. */
class BatchRandomLock extends SingleQueue {
  readonly #lock: TaskLock;
  readonly #parameters: BatchRandomLockParameters;

  constructor(context: ClaimContext, parameters: BatchRandomLockParameters) {
    super(context);
    this.#lock = new TaskLock(context, context.keys, parameters.lockTtlMs);
    this.#parameters = parameters;
  }

  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    const task = await this.#pick();
    if (task === undefined) {
      this.context.observe({ kind: 'empty-poll', worker: worker.id });
      return undefined;
    }
    const tools = { ...this.context, store: this.store, lock: this.#lock };
    const checkAgain = this.#parameters.lookAgain === 'yes';
    return claimUnderLock(tools, worker, task, { checkAgain, headLeaves: 'on-claim' });
  }

  async #pick(): Promise<Task | undefined> {
    const { random } = this.context;
    const { batchSize, reads } = this.#parameters;
    const ids = await this.store.ids('pending', 0, batchSize);
    if (reads === 'ids') {
      const id = ids[random.integer(Math.max(1, ids.length))];
      return id === undefined ? undefined : this.store.get(id);
    }
    const tasks = (await Promise.all(ids.map((id) => this.store.get(id)))).filter((task) => task !== undefined);
    return tasks[random.integer(Math.max(1, tasks.length))];
  }
}

/**
 * The second repair of a queue whose workers all want its head: read the first ten, pick one at random, and go on as before: the
 * lock, the type's token.
 *
 * Promises: nothing is lost while no process dies, limits hold. Gives up the order of the queue, and reads ten tasks to run one.
 */
export const batchRandomLock: ClaimDefinition<BatchRandomLockParameters> = {
  id: 'batch-random-lock',
  source: 'xqueue-0.0.4, repair two',
  summary: 'read the first ten, pick one at random, lock it, then take the token',
  guarantees: {
    delivery: 'may lose tasks',
    order: 'none',
    limits: true,
    blocks: false,
    claimsByType: false,
    bindsWorkers: false,
    holdsUpOthers: true,
    brokenBy: [
      'a worker that reads a task just before it ends runs it again: the status is not looked at under the lock',
      'a handler that outlives its lock or its token',
      'a crash between status processing and the end: nothing returns the task to the queue',
      'a cancellation within a round trip of the claim: the task runs all the same',
    ],
    survives: ['handler-throws'],
  },
  defaults: { batchSize: 10, reads: 'records', lookAgain: 'no', lockTtlMs: LOCK_TTL_MS },
  choices: { reads: ['records', 'ids'], lookAgain: ['no', 'yes'] },
  create: (context, parameters) => new BatchRandomLock(context, parameters),
};
