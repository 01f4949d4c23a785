import type { Claim, ClaimContext, ClaimDefinition, ClaimStrategy, WorkerContext } from '../claim.ts';
import type { Token } from '../concurrency-limiter.ts';
import { InvalidValueError } from '../errors.ts';
import { type LogClient, type LogConsumer, type LogRecord, StaleGenerationError } from '../log-client.ts';
import { statusOfFailure } from '../outcome.ts';
import { isTerminal, type Task, type TaskStatus } from '../task.ts';
import { TaskStore } from '../task-store.ts';

type PartitionedLogParameters = {
  /** A group has no use for more workers than these. */
  readonly partitions: number;
  /** What a task's partition is picked by; the documents do not say. By `type` a type keeps its order, in one partition. */
  readonly keyBy: 'id' | 'type';
  /**
   * When the group goes on past a record: `after` the task's end, so that a crash repeats it (at-least-once), or `before` its
   * handler, so that a crash loses it (at-most-once). The documents only liken offset commits to XACK.
   */
  readonly commit: 'after' | 'before';
  /** A poll waits so long for a task. */
  readonly blockMs: number;
  /** How often a worker that waits for a token asks again. */
  readonly tokenPollMs: number;
  /**
   * A worker that has not polled for so long is put out of the group. 45 s is Kafka's `session.timeout.ms`. Kafka's Java client
   * has a second, longer one for slow handlers (`max.poll.interval.ms`, 5 min); here one time does for the dead and the slow, as
   * with kafkajs, which sends no heartbeat of its own while a handler runs.
   */
  readonly sessionMs: number;
};

const GROUP = 'workers';

/** A worker's place in the group. */
interface Membership {
  readonly consumer: Promise<LogConsumer>;
  /** It has a record that is not settled: it leaves only after that. */
  busy: boolean;
  /** Stops listening to the worker's end. */
  readonly left: AbortController;
}

/** Each worker is a member of one consumer group, and takes the next record of a partition that is its own. */
class PartitionedLog implements ClaimStrategy {
  readonly #context: ClaimContext;
  readonly #parameters: PartitionedLogParameters;
  readonly #store: TaskStore;
  readonly #log: LogClient;
  /** By worker, from its first claim on. */
  readonly #memberships = new Map<string, Membership>();

  constructor(context: ClaimContext, parameters: PartitionedLogParameters) {
    if (context.log === undefined) throw new InvalidValueError('partitioned-log needs a log among its ports: give one');
    this.#context = context;
    this.#parameters = parameters;
    this.#store = new TaskStore(context, context.keys, 'unindexed');
    this.#log = context.log;
  }

  open(): Promise<void> {
    return this.#log.createTopic(this.#context.keys.topic, this.#parameters.partitions);
  }

  async submit(task: Task): Promise<void> {
    await this.#store.create(task);
    await this.#append(task);
  }

  async claim(worker: WorkerContext): Promise<Claim | undefined> {
    const membership = this.#join(worker);
    try {
      const consumer = await membership.consumer;
      const [record] = await consumer.poll(1, this.#parameters.blockMs);
      if (record === undefined) {
        this.#context.observe({ kind: 'empty-poll', worker: worker.id });
        return undefined;
      }
      membership.busy = true;
      const claim = await this.#claimOf(record, consumer, worker);
      if (claim === undefined) await this.#settled(worker, membership);
      return claim;
    } catch (error) {
      // The next commit would pass over this record: only a rebalance deals it out again.
      await this.#leave(worker, membership);
      throw error;
    }
  }

  async #claimOf(record: LogRecord, consumer: LogConsumer, worker: WorkerContext): Promise<Claim | undefined> {
    const { limiter, observe } = this.#context;
    let task = await this.#store.get(record.value);
    if (task === undefined || isTerminal(task.status)) {
      await this.#commit(consumer, record);
      return undefined;
    }
    const { token, waited } = await this.#tokenFor(task, worker);
    const membership = this.#memberships.get(worker.id) as Membership;
    if (token === undefined) {
      await this.#leave(worker, membership);
      return undefined;
    }
    let running: Task;
    try {
      const status = waited ? await this.#store.status(task.id) : task.status;
      if (status !== task.status || (this.#parameters.commit === 'before' && !(await this.#commit(consumer, record)))) {
        // Canceled in the meantime; or the wait outlasted the session, and the task is another's now, or has ended.
        observe({ kind: 'conflict', over: 'status', task: task.id, worker: worker.id });
        await limiter.release(token);
        if (status !== undefined && isTerminal(status)) await this.#commit(consumer, record);
        else await this.#leave(worker, membership);
        return undefined;
      }
      if (task.status === 'processing') {
        // Dealt out again after its worker was put out of the group: it starts over.
        observe({ kind: 'recovered', task: task.id, worker: worker.id });
        task = await this.#setStatus(task, 'pending');
      }
      running = await this.#setStatus(task, 'processing');
    } catch (error) {
      await limiter.release(token).catch(() => {});
      throw error;
    }
    observe({ kind: 'claimed', task: task.id, worker: worker.id });

    // Committed only once its status is written: what could not be settled is dealt out again.
    const settle = async (to: TaskStatus, also: () => Promise<unknown> = async () => {}) => {
      try {
        try {
          await this.#setStatus(running, to);
          await also();
        } finally {
          await limiter.release(token);
        }
        if (this.#parameters.commit === 'after') await consumer.commit(record);
      } catch (error) {
        await this.#leave(worker, membership);
        throw error;
      }
      await this.#settled(worker, membership);
    };
    return {
      task: running,
      complete: () => settle('success'),
      fail: (error) => settle(statusOfFailure(error)),
      // At the end of its partition, lest it block all behind it. Appended before the commit: a crash between doubles it.
      release: async () => {
        await settle('pending', () => this.#append(running));
        observe({ kind: 'released', task: running.id, worker: worker.id });
      },
    };
  }

  /** The record stays in the log; the worker that polls it finds the task canceled and passes over it. */
  async withdraw(task: Task): Promise<boolean> {
    if (task.status !== 'pending') return false;
    await this.#store.setStatus(task, 'canceled');
    return true;
  }

  /** Pending is the group's lag, less what is under way: a log knows offsets, not which record is in whose hands. */
  async count(status: TaskStatus): Promise<number> {
    if (status !== 'pending' && status !== 'processing') return this.#store.count(status);
    const underWay = await this.#context.redis.scard(this.#context.keys.status('processing'));
    if (status === 'processing') return underWay;
    const { appended, committed } = await this.#log.progress(this.#context.keys.topic, GROUP);
    return Math.max(0, appended - committed - (this.#parameters.commit === 'after' ? underWay : 0));
  }

  /** Writes a status, and keeps the set of what is under way: nobody else counts it. */
  async #setStatus(task: Task, to: TaskStatus): Promise<Task> {
    const { redis, keys } = this.#context;
    const underWay = keys.status('processing');
    const [written] = await Promise.all([
      this.#store.setStatus(task, to),
      to === 'processing' ? redis.sadd(underWay, task.id) : redis.srem(underWay, task.id),
    ]);
    return written;
  }

  async #append(task: Task): Promise<void> {
    await this.#log.append(this.#context.keys.topic, this.#parameters.keyBy === 'type' ? task.type : task.id, task.id);
  }

  /** @returns false where the group has rebalanced meanwhile */
  async #commit(consumer: LogConsumer, record: LogRecord): Promise<boolean> {
    try {
      await consumer.commit(record);
      return true;
    } catch (error) {
      if (error instanceof StaleGenerationError) return false;
      throw error;
    }
  }

  /** A token for the task, and whether it took more than one attempt; none where the worker is to stop. */
  async #tokenFor(task: Task, worker: WorkerContext): Promise<{ token: Token | undefined; waited: boolean }> {
    const { limiter, clock, observe } = this.#context;
    for (let waited = false; !worker.stopping.aborted; waited = true) {
      const token = await limiter.acquire(task.type);
      if (token !== undefined) return { token, waited };
      observe({ kind: 'conflict', over: 'token', task: task.id, worker: worker.id });
      await clock.sleep(this.#parameters.tokenPollMs);
    }
    return { token: undefined, waited: false };
  }

  /** The worker's membership; it ends when the worker is to stop, at once where nothing is under way. */
  #join(worker: WorkerContext): Membership {
    const before = this.#memberships.get(worker.id);
    if (before !== undefined) return before;
    const { sessionMs } = this.#parameters;
    const consumer = this.#log.join(this.#context.keys.topic, GROUP, worker.id, { sessionMs });
    const membership: Membership = { consumer, busy: false, left: new AbortController() };
    this.#memberships.set(worker.id, membership);
    const onStop = () => {
      if (!membership.busy) void this.#leave(worker, membership);
    };
    worker.stopping.addEventListener('abort', onStop, { signal: membership.left.signal });
    return membership;
  }

  async #settled(worker: WorkerContext, membership: Membership): Promise<void> {
    membership.busy = false;
    if (worker.stopping.aborted) await this.#leave(worker, membership);
  }

  /** What it has not committed is dealt out again. Where the broker does not answer, the session ends by itself. */
  async #leave(worker: WorkerContext, membership: Membership): Promise<void> {
    if (this.#memberships.get(worker.id) === membership) this.#memberships.delete(worker.id);
    membership.left.abort();
    await membership.consumer.then((consumer) => consumer.close()).catch(() => {});
  }
}

/**
 * Kafka: a topic of several partitions, one consumer group, one worker a partition, one record at a time, offset commits.
 *
 * Promises: at-least-once (`commit: 'after'`), limits hold, tasks of one key start in the order of submission. A record waits for
 * all that its partition holds before it, whether other workers are idle or not. One that is given back goes to its end.
 */
export const partitionedLog: ClaimDefinition<PartitionedLogParameters> = {
  id: 'partitioned-log',
  source: 'xqueue-0.0.5, phase four; xqueue-changelog, 0.0.1',
  summary: 'a partition is one worker’s; token, handler, offset commit; a rebalance deals out what is uncommitted',
  guarantees: {
    delivery: 'at-least-once',
    order: 'per partition, submission order of claims',
    limits: true,
    blocks: true,
    claimsByType: false,
    bindsWorkers: false,
    holdsUpOthers: true,
    brokenBy: [
      'more workers than partitions: the rest are idle, whatever waits',
      'a slow task, or one that waits for a token, holds up its partition',
      'keys of few values (keyBy type): all tasks in one partition, one worker at work',
      'a worker that joins or dies while a handler runs: nobody gets a task until that handler ends or its session is over',
      'a handler, or a wait for a token, longer than sessionMs: the task is run again by another worker',
      'commit before: a crash loses the task under way',
      'a client that dies between the two writes of a submission: the task is in no partition',
      'a task that is given back loses its place',
      'a handler that outlives its token',
      'a cancellation within a round trip of the claim: the task runs all the same',
    ],
  },
  needs: 'log',
  defaults: { partitions: 3, keyBy: 'id', commit: 'after', blockMs: 5000, tokenPollMs: 100, sessionMs: 45_000 },
  choices: { keyBy: ['id', 'type'], commit: ['after', 'before'] },
  create: (context, parameters) => new PartitionedLog(context, parameters),
};
