import type { Claim, ClaimContext, ClaimDefinition, ClaimStrategy, WorkerContext, WorkerIdentity } from '../claim.ts';
import type { Token } from '../concurrency-limiter.ts';
import { InvalidValueError } from '../errors.ts';
import type { RedisClient } from '../ports.ts';
import type { Task, TaskStatus } from '../task.ts';
import { TaskStore } from '../task-store.ts';
import { messageOf } from '../worker.ts';
import { runningClaim } from './running-claim.ts';
import { waitForToken } from './token-wait.ts';

type WorkerQueueParameters = {
  /** `least-loaded`: the shortest list, which does not tell of the task under way. The document does not say. */
  readonly assign: 'round-robin' | 'least-loaded';
  /**
   * How a task goes from the inbox to a worker's list. `pop-push`: BLPOP, then RPUSH; the dispatcher has it in hand between the
   * two. `move`: BLMOVE, in one step; the list is chosen before there is a task, so that lengths may be out of date.
   */
  readonly transfer: 'pop-push' | 'move';
  /** How long BLPOP and BLMOVE wait for a task. The document does not say; as XREADGROUP does in 0.0.5. */
  readonly blockMs: number;
  /** How often a worker asks again for a token that its task needs. */
  readonly tokenPollMs: number;
};

/** A dispatcher that Redis answered an error waits so long. */
const BACK_OFF_MS = 1000;

/** A dispatcher deals tasks out to a list per worker; each worker takes from its own. */
class WorkerQueue implements ClaimStrategy {
  readonly #context: ClaimContext;
  readonly #parameters: WorkerQueueParameters;
  readonly #store: TaskStore;

  constructor(context: ClaimContext, parameters: WorkerQueueParameters) {
    this.#context = context;
    this.#parameters = parameters;
    this.#store = new TaskStore(context, context.keys, 'indexed');
  }

  async submit(task: Task): Promise<void> {
    await this.#store.create(task);
    await this.#context.redis.rpush(this.#context.keys.inbox, task.id);
  }

  async dispatch(dispatcher: WorkerContext): Promise<void> {
    const { clock, observe, workerCount } = this.#context;
    if (workerCount < 1) throw new InvalidValueError('worker-queue must know how many workers there are');
    for (let dealt = 0; !dispatcher.stopping.aborted; ) {
      try {
        if (await this.#deal(dispatcher.blockingRedis, dealt)) dealt++;
      } catch (error) {
        if (dispatcher.stopping.aborted) return;
        observe({ kind: 'poll-failed', worker: dispatcher.id, error: messageOf(error) });
        await clock.sleep(BACK_OFF_MS, dispatcher.stopping).catch(() => {});
      }
    }
  }

  /** Hands the next task of the inbox to a worker; false where none came. @param dealt how many before */
  async #deal(blocking: RedisClient, dealt: number): Promise<boolean> {
    const { redis, keys } = this.#context;
    const { transfer, blockMs } = this.#parameters;
    if (transfer === 'move') {
      const list = await this.#listFor(dealt);
      return (await blocking.blmove(keys.inbox, list, 'LEFT', 'RIGHT', blockMs / 1000)) !== null;
    }
    const popped = await blocking.blpop(keys.inbox, blockMs / 1000);
    if (popped === null) return false;
    await redis.rpush(await this.#listFor(dealt), popped[1]);
    return true;
  }

  /** Whose turn it is; or the shortest list, those of equal length in turn. */
  async #listFor(dealt: number): Promise<string> {
    const lists = this.#lists();
    const inTurn = lists.map((_, place) => lists[(dealt + place) % lists.length] as string);
    if (this.#parameters.assign === 'round-robin') return inTurn[0] as string;
    const lengths = await Promise.all(inTurn.map((list) => this.#context.redis.llen(list)));
    return inTurn[lengths.indexOf(Math.min(...lengths))] as string;
  }

  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    const { redis, keys, limiter, observe } = this.#context;
    const own = keys.workerQueue(numberOf(worker));
    const popped = await worker.blockingRedis.blpop(own, this.#parameters.blockMs / 1000);
    if (popped === null) {
      observe({ kind: 'empty-poll', worker: worker.id });
      return undefined;
    }
    const [, id] = popped;
    let token: Token | undefined;
    let running: Task;
    try {
      const task = await this.#store.get(id);
      if (task === undefined) return undefined;
      ({ token } = await waitForToken(this.#context, worker, task, this.#parameters));
      if (token === undefined) {
        await redis.lpush(own, id);
        return undefined;
      }
      running = await this.#store.setStatus(task, 'processing');
    } catch (error) {
      if (token !== undefined) await limiter.release(token).catch(() => {});
      await redis.lpush(own, id).catch(() => {});
      throw error;
    }
    observe({ kind: 'claimed', task: id, worker: worker.id });
    const held = token;
    const claim = runningClaim({ store: this.#store, observe }, worker, running, () => limiter.release(held));
    return {
      ...claim,
      release: async () => {
        await claim.release();
        // Not to its own list: another worker may know what this one does not.
        await redis.lpush(keys.inbox, id);
      },
    };
  }

  /** Exact: whoever takes the id out of its list has the task. False, too, while the dispatcher has it in hand. */
  async withdraw(task: Task): Promise<boolean> {
    const { redis, keys } = this.#context;
    // The inbox first: what is moved on meanwhile is found further on.
    const lists = [keys.inbox, ...this.#lists()];
    const removed = await Promise.all(lists.map((list) => redis.lrem(list, 1, task.id)));
    if (removed.every((count) => count === 0)) return false;
    await this.#store.setStatus(task, 'canceled');
    return true;
  }

  /** Pending: wherever it is, in a hand too. */
  count(status: TaskStatus): Promise<number> {
    return this.#store.count(status);
  }

  #lists(): string[] {
    return Array.from({ length: this.#context.workerCount }, (_, number) => this.#context.keys.workerQueue(number));
  }
}

/** @throws InvalidValueError */
function numberOf({ id, number }: WorkerIdentity): number {
  if (number !== undefined) return number;
  throw new InvalidValueError(`worker-queue gives every worker a list by its number, and ${id} has none`);
}

/**
 * A dispatcher takes tasks from an inbox and pushes them to `worker_<n>_queue`, a list per worker; a worker takes from its own
 * list only, waits for the type's token with the task in hand, and runs it. No recovery, as documented.
 *
 * Promises: no two workers ever want the same task; limits hold. Everything goes through one dispatcher; nothing that was dealt
 * out is dealt out again.
 */
export const workerQueue: ClaimDefinition<WorkerQueueParameters> = {
  id: 'worker-queue',
  source: 'xqueue-0.0.5, solution two',
  summary: 'a dispatcher deals tasks out to a list per worker, round robin; pop from the own list, then the token',
  guarantees: {
    delivery: 'may lose tasks',
    order: 'per worker, submission order of claims',
    limits: true,
    blocks: true,
    claimsByType: false,
    bindsWorkers: true,
    holdsUpOthers: true,
    brokenBy: [
      'a worker that dies loses the task that it had popped, and its list waits for ever',
      'while the dispatcher is down nothing new reaches a worker; pop-push: it loses the task that it had in hand',
      'a dispatcher that believes in more workers than there are: what it deals to the others waits for ever',
      'a long task: what was dealt to its worker behind it waits, while other workers are idle',
      'a task that waits for its token: its worker runs nothing else, and what is behind it in the list waits too',
      'priorities: a list has none',
      'a handler that outlives its token',
      'a crash between status processing and the end: nothing returns the task to a list',
      'a client that dies between the record of a task and RPUSH: the task is never run',
    ],
  },
  needsDispatcher: true,
  defaults: { assign: 'round-robin', transfer: 'pop-push', blockMs: 5000, tokenPollMs: 100 },
  choices: { assign: ['round-robin', 'least-loaded'], transfer: ['pop-push', 'move'] },
  create: (context, parameters) => new WorkerQueue(context, parameters),
};
