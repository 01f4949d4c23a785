import type { Claim, ClaimContext, ClaimDefinition, ClaimStrategy, WorkerContext } from '../claim.ts';
import { statusOfFailure } from '../outcome.ts';
import { isTerminal, type Task, type TaskStatus } from '../task.ts';
import { TaskStore } from '../task-store.ts';
import { waitForToken } from './token-wait.ts';

type StreamGroupParameters = {
  /** XREADGROUP waits so long for a task. */
  readonly blockMs: number;
  /** XADD trims the stream to so many entries, whether they were read or not; 0: never. */
  readonly maxLength: number;
  /** Trim to exactly that length, or as cheap as Redis can (`~`). */
  readonly trim: 'approximate' | 'exact';
  /** An entry that its consumer has not acknowledged for so long is claimed by another. */
  readonly claimIdleMs: number;
  /**
   * What a worker does whose type has no token left; the documents say only that limits must be built on top. `wait` keeps the
   * entry and asks again; `leave-pending` goes on to the next entry and leaves this one to be claimed back.
   */
  readonly whenFull: 'wait' | 'leave-pending';
  /** How often a waiting worker asks again. */
  readonly tokenPollMs: number;
};

const GROUP = 'workers';
/** Entries that one recovery takes over. */
const RECOVER_BATCH = 10;

type Entry = readonly [id: string, fields: readonly string[]];

/** A consumer group hands each entry to one worker; XACK ends it. */
class StreamGroup implements ClaimStrategy {
  readonly #context: ClaimContext;
  readonly #parameters: StreamGroupParameters;
  readonly #store: TaskStore;
  /** Entries taken over from others, by the worker that will run them. */
  readonly #recovered = new Map<string, Entry[]>();

  constructor(context: ClaimContext, parameters: StreamGroupParameters) {
    this.#context = context;
    this.#parameters = parameters;
    this.#store = new TaskStore(context, context.keys, 'unindexed');
  }

  async open(): Promise<void> {
    try {
      await this.#context.redis.xgroup('CREATE', this.#context.keys.stream, GROUP, '0', 'MKSTREAM');
    } catch (error) {
      // Another process was first.
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
    }
  }

  async submit(task: Task): Promise<void> {
    const { redis, keys } = this.#context;
    const { maxLength, trim } = this.#parameters;
    await this.#store.create(task);
    const bounds = maxLength > 0 ? ['MAXLEN', trim === 'exact' ? '=' : '~', maxLength] : [];
    await redis.xadd(keys.stream, ...bounds, '*', 'task_id', task.id, 'type', task.type, 'payload', task.payload);
  }

  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    const entry = this.#recovered.get(worker.id)?.shift() ?? (await this.#read(worker));
    if (entry === undefined) {
      this.#context.observe({ kind: 'empty-poll', worker: worker.id });
      return undefined;
    }
    const [entryId, fields] = entry;
    let task = await this.#store.get(fields[1] as string);
    if (task === undefined || isTerminal(task.status)) {
      await this.#acknowledge(entryId);
      return undefined;
    }
    const { token, waited } = await waitForToken(this.#context, worker, task, this.#parameters);
    if (token === undefined) return undefined;
    let running: Task;
    try {
      if (waited && (await this.#store.status(task.id)) !== task.status) {
        // The wait was long enough for the entry to be claimed back: the task is another's now, or has ended.
        this.#context.observe({ kind: 'conflict', over: 'status', task: task.id, worker: worker.id });
        await this.#context.limiter.release(token);
        return undefined;
      }
      // Claimed back from a consumer that was running it: it starts over.
      if (task.status === 'processing') task = await this.#store.setStatus(task, 'pending');
      running = await this.#store.setStatus(task, 'processing');
    } catch (error) {
      await this.#context.limiter.release(token).catch(() => {});
      throw error;
    }
    this.#context.observe({ kind: 'claimed', task: task.id, worker: worker.id });

    // Acknowledged only once its status is written: what could not be settled is claimed back.
    const settle = async (to: TaskStatus) => {
      try {
        await this.#store.setStatus(running, to);
      } finally {
        await this.#context.limiter.release(token);
      }
    };
    return {
      task: running,
      complete: async () => {
        await settle('success');
        await this.#acknowledge(entryId);
      },
      fail: async (error) => {
        await settle(statusOfFailure(error));
        await this.#acknowledge(entryId);
      },
      release: async () => {
        await settle('pending');
        this.#context.observe({ kind: 'released', task: running.id, worker: worker.id });
      },
    };
  }

  /** XAUTOCLAIM: entries idle for `claimIdleMs` move to this worker. */
  async recover(worker: WorkerContext): Promise<number> {
    const { redis, keys, observe } = this.#context;
    const { claimIdleMs } = this.#parameters;
    const [, entries] = (await redis.xautoclaim(
      keys.stream,
      GROUP,
      worker.id,
      claimIdleMs,
      '0-0',
      'COUNT',
      RECOVER_BATCH,
    )) as [string, Entry[]];
    for (const [, fields] of entries) observe({ kind: 'recovered', task: fields[1] as string, worker: worker.id });
    this.#recovered.set(worker.id, [...(this.#recovered.get(worker.id) ?? []), ...entries]);
    return entries.length;
  }

  /** The entry stays in the stream; the worker that reads it finds the task canceled and acknowledges it. */
  async withdraw(task: Task): Promise<boolean> {
    if (task.status !== 'pending') return false;
    await this.#store.setStatus(task, 'canceled');
    return true;
  }

  /**
   * Pending is what the group has not read yet (its lag; 0 where Redis cannot tell, after XDEL), processing what is read and
   * unacknowledged. Redis 7.0 or newer.
   */
  async count(status: TaskStatus): Promise<number> {
    if (status !== 'pending' && status !== 'processing') return this.#store.count(status);
    const groups = (await this.#context.redis.xinfo('GROUPS', this.#context.keys.stream)) as (
      | string
      | number
      | null
    )[][];
    const fields = groups.find((group) => group[1] === GROUP) ?? [];
    return Number(fields[fields.indexOf(status === 'pending' ? 'lag' : 'pending') + 1] ?? 0);
  }

  async #read(worker: WorkerContext): Promise<Entry | undefined> {
    const { blockMs } = this.#parameters;
    const reply = (await worker.blockingRedis.xreadgroup(
      'GROUP',
      GROUP,
      worker.id,
      'COUNT',
      1,
      'BLOCK',
      blockMs,
      'STREAMS',
      this.#context.keys.stream,
      '>',
    )) as [stream: string, entries: Entry[]][] | null;
    return reply?.[0]?.[1][0];
  }

  async #acknowledge(entryId: string): Promise<void> {
    await this.#context.redis.xack(this.#context.keys.stream, GROUP, entryId);
  }
}

/**
 * Redis Streams with a consumer group: XADD with MAXLEN, XREADGROUP with BLOCK, the token, the handler, XACK; what a consumer
 * leaves unacknowledged is claimed back by another.
 *
 * Promises: at-least-once while entries are not trimmed; limits hold; no two workers want the same task.
 */
export const streamGroup: ClaimDefinition<StreamGroupParameters> = {
  id: 'stream-group',
  source: 'xqueue-0.0.5, solution three; xqueue-changelog, 0.0.5',
  summary: 'a consumer group deals out entries; token, handler, XACK; unacknowledged ones are claimed back',
  guarantees: {
    delivery: 'at-least-once',
    order: 'submission order of claims',
    limits: true,
    blocks: true,
    claimsByType: false,
    bindsWorkers: false,
    holdsUpOthers: true,
    brokenBy: [
      'MAXLEN trims entries that nobody has read yet',
      'a handler longer than claimIdleMs is run again by another worker',
      'up to ten entries taken back at once run one after the other: the last may be taken back again, and run twice',
      'a handler that outlives its token',
      'a crash between status processing and the end: the task is taken back, and its handler starts a second time',
      'a client that dies between the record of a task and XADD: the task is never run',
      'a pool that stops leaves entries that wait for a token to be claimed back by another process',
      'a cancellation within a round trip of the claim: the task runs all the same',
    ],
    survives: ['crash', 'request-lost', 'reply-lost', 'reset', 'handler-throws'],
  },
  defaults: {
    blockMs: 5000,
    maxLength: 10_000,
    trim: 'approximate',
    claimIdleMs: 60_000,
    whenFull: 'wait',
    tokenPollMs: 100,
  },
  choices: { trim: ['approximate', 'exact'], whenFull: ['wait', 'leave-pending'] },
  create: (context, parameters) => new StreamGroup(context, parameters),
};
