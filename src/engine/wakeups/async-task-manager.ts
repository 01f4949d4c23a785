import type { Clock, Observer } from '../ports.ts';
import { messageOf } from '../worker.ts';
import type { DelayedTask, DelayedTaskStore } from './delayed-task-store.ts';
import { SignalChannel } from './signal-channel.ts';
import type { WakeupPolicy } from './wakeup-policy.ts';

/** A worker whose store failed waits so long before it asks again. */
const BACK_OFF_MS = 1000;

export interface AsyncTaskPorts {
  readonly clock: Clock;
  readonly observe: Observer;
  readonly store: DelayedTaskStore;
}

export type DelayedTaskHandler = (task: DelayedTask) => Promise<void>;

/**
 * One worker per task type that waits for a signal or a timer, fetches a due task, and else asks for the next due time
 * (document `async-task`). How signals pile up and are taken is the policy's.
 *
 * A task is removed after its handler returned: a crash in between runs it again. A handler that throws is not retried here.
 */
export class AsyncTaskManager {
  readonly #ports: AsyncTaskPorts;
  readonly #policy: WakeupPolicy;
  readonly #channels = new Map<string, SignalChannel>();
  readonly #handlers = new Map<string, DelayedTaskHandler>();
  readonly #stopping = new AbortController();
  #ended: Promise<void>[] = [];

  constructor(ports: AsyncTaskPorts, policy: WakeupPolicy) {
    this.#ports = ports;
    this.#policy = policy;
  }

  register(type: string, handler: DelayedTaskHandler): void {
    this.#handlers.set(type, handler);
    this.#channels.set(type, new SignalChannel(this.#policy.capacity, this.#ports.clock));
  }

  start(): void {
    this.#ended = [...this.#handlers].map(([type, handler]) => this.#work(type, handler));
  }

  /** Waits for the tasks under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#ended);
  }

  /** Tells a type's worker to look again. Never waits; a type without a handler is ignored, as documented. */
  wakeUp(type: string): void {
    const accepted = this.#channels.get(type)?.send() ?? false;
    this.#ports.observe({ kind: 'signalled', type, accepted });
  }

  async #work(type: string, handler: DelayedTaskHandler): Promise<void> {
    const { clock, observe } = this.#ports;
    const channel = this.#channels.get(type) as SignalChannel;
    let nextFetchMs = clock.now();
    for (;;) {
      const by = await channel.receive(nextFetchMs - clock.now(), this.#stopping.signal);
      if (by === 'stopped') return;
      const drained = by === 'signal' ? this.#policy.onSignal(channel) : 0;
      observe({ kind: 'woken', type, by, drained });
      try {
        const task = await this.#fetch(type);
        if (task === undefined) {
          nextFetchMs = (await this.#nextTime(type)) ?? Number.POSITIVE_INFINITY;
          continue;
        }
        await this.#run(task, handler);
        nextFetchMs = clock.now();
      } catch (error) {
        observe({ kind: 'poll-failed', worker: type, error: messageOf(error) });
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

  async #run(task: DelayedTask, handler: DelayedTaskHandler): Promise<void> {
    const { observe, store } = this.#ports;
    observe({ kind: 'started', task: task.id, type: task.type, worker: task.type });
    let outcome: 'success' | 'failed' = 'success';
    try {
      await handler(task);
    } catch {
      outcome = 'failed';
    }
    observe({ kind: 'finished', task: task.id, type: task.type, worker: task.type, outcome });
    await store.remove(task);
  }
}
