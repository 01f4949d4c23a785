import type { Parameters } from '../claim.ts';
import type { Clock, Observer } from '../ports.ts';
import { messageOf } from '../worker.ts';
import type { DelayedTask, DelayedTaskStore } from './delayed-task-store.ts';
import { SignalChannel } from './signal-channel.ts';
import type { WakeupPolicy } from './wakeup-policy.ts';
import { WakeupSender } from './wakeup-sender.ts';

/** A worker whose store failed waits so long before it asks again. */
const BACK_OFF_MS = 1000;

export interface AsyncTaskPorts {
  readonly clock: Clock;
  readonly observe: Observer;
  readonly store: DelayedTaskStore;
}

export type DelayedTaskHandler = (task: DelayedTask) => Promise<void>;

export interface AsyncTaskOptions {
  /** Of the policy. Default: as documented. */
  readonly parameters?: Parameters;
  /** They share the type's channel. Default 1, as documented. */
  readonly workersPerType?: number;
}

/**
 * One worker per task type that waits for a signal or a timer, fetches a due task, and else asks for the next due time
 * (document `async-task`). How signals are sent, pile up and are taken is the policy's.
 *
 * A task is removed after its handler returned: a crash in between runs it again. A handler that throws is not retried here. Several
 * workers per type need a store whose fetch claims: see Fetch. A worker that was told of no due time waits for a signal alone.
 */
export class AsyncTaskManager {
  readonly #ports: AsyncTaskPorts;
  readonly #policy: WakeupPolicy;
  readonly #parameters: Parameters;
  readonly #workersPerType: number;
  readonly #channels = new Map<string, SignalChannel>();
  readonly #handlers = new Map<string, DelayedTaskHandler>();
  readonly #stopping = new AbortController();
  #ended: Promise<void>[] = [];

  constructor(ports: AsyncTaskPorts, policy: WakeupPolicy, options: AsyncTaskOptions = {}) {
    this.#ports = ports;
    this.#policy = policy;
    this.#parameters = { ...policy.defaults, ...options.parameters };
    this.#workersPerType = options.workersPerType ?? 1;
  }

  register(type: string, handler: DelayedTaskHandler): void {
    this.#handlers.set(type, handler);
    this.#channels.set(type, new SignalChannel(this.#policy.capacity, this.#ports.clock));
  }

  start(): void {
    this.#ended = [...this.#handlers].flatMap(([type, handler]) => {
      if (this.#workersPerType === 1) return this.#work(type, handler, type);
      return Array.from({ length: this.#workersPerType }, (_, index) =>
        this.#work(type, handler, `${type}-${index + 1}`),
      );
    });
  }

  /** Waits for the tasks under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#ended);
  }

  /** For the handling of one event, or a batch of them: signals through it go out as the policy has them go. */
  sender(): WakeupSender {
    return new WakeupSender((type) => this.wakeUp(type), this.#policy.senders(this.#parameters));
  }

  /**
   * Tells a type's workers to look again, with one signal, whatever the policy wants of callers. Never waits; a type without a
   * handler is ignored, as documented.
   */
  wakeUp(type: string): void {
    const accepted = this.#channels.get(type)?.send() ?? false;
    this.#ports.observe({ kind: 'signalled', type, accepted });
  }

  async #work(type: string, handler: DelayedTaskHandler, worker: string): Promise<void> {
    const { clock, observe } = this.#ports;
    const channel = this.#channels.get(type) as SignalChannel;
    let nextFetchMs = clock.now();
    let lastQueryMs = Number.NEGATIVE_INFINITY;
    for (;;) {
      const by = await channel.receive(nextFetchMs - clock.now(), this.#stopping.signal);
      if (by === 'stopped') return;
      const sinceQueryMs = clock.now() - lastQueryMs;
      const drained = by === 'signal' ? this.#policy.onSignal(channel, sinceQueryMs, this.#parameters) : 0;
      if (drained === 'ignored') {
        observe({ kind: 'signal-ignored', type });
        continue;
      }
      lastQueryMs = clock.now();
      observe({ kind: 'woken', type, by, drained });
      try {
        const task = await this.#fetch(type);
        if (task === undefined) {
          nextFetchMs = (await this.#nextTime(type)) ?? Number.POSITIVE_INFINITY;
          continue;
        }
        await this.#run(task, handler, worker);
        nextFetchMs = clock.now();
      } catch (error) {
        observe({ kind: 'poll-failed', worker, error: messageOf(error) });
        nextFetchMs = clock.now() + BACK_OFF_MS;
      }
    }
  }

  async #fetch(type: string): Promise<DelayedTask | undefined> {
    const task = await this.#ports.store.fetchPending(type, this.#ports.clock.now());
    this.#ports.observe({ kind: 'query', type, query: 'fetch-pending', found: task !== undefined });
    return task;
  }

  async #nextTime(type: string): Promise<number | undefined> {
    const next = await this.#ports.store.minNextTime(type);
    this.#ports.observe({ kind: 'query', type, query: 'min-next-time', found: next !== undefined });
    return next;
  }

  async #run(task: DelayedTask, handler: DelayedTaskHandler, worker: string): Promise<void> {
    const { observe, store } = this.#ports;
    observe({ kind: 'started', task: task.id, type: task.type, worker });
    let outcome: 'success' | 'failed' = 'success';
    try {
      await handler(task);
    } catch {
      outcome = 'failed';
    }
    observe({ kind: 'finished', task: task.id, type: task.type, worker, outcome });
    await store.remove(task);
  }
}
