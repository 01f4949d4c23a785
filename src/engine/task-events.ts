import type { Keys } from './keys.ts';
import type { Ports } from './ports.ts';

/** What happened in the queue. */
export interface TaskEvent {
  /** `submitted`: it may be claimed. `freed`: it has ended, and left its slot to another. */
  readonly kind: 'submitted' | 'freed';
  readonly task: string;
  readonly type: string;
  /** The document's event carries it. Pools leave the order to the claim. */
  readonly priority: number;
}

/**
 * Tells every process of what happens to tasks (xqueue-0.0.4, solutions one and five). The document's `chan *TaskEvent` lives in
 * one Go process; over several processes its form is Redis's publish/subscribe, one channel for all types.
 *
 * Promises: at most once to every subscriber, in the order of the server. Broken by: a subscriber that is not connected at that
 * moment, which never hears of it; nothing is kept and nothing is repeated. An event tells all processes, so all of them run for
 * one task.
 */
export class TaskEvents {
  readonly #ports: Pick<Ports, 'redis' | 'observe'>;
  readonly #channel: string;

  constructor(ports: Pick<Ports, 'redis' | 'observe'>, keys: Keys) {
    this.#ports = ports;
    this.#channel = keys.events;
  }

  /** Tells whoever listens. Never throws: an event that could not be sent is one that nobody heard. */
  async announce(event: TaskEvent): Promise<void> {
    const listeners = await this.#ports.redis.publish(this.#channel, JSON.stringify(event)).catch(() => 0);
    this.#ports.observe({ kind: 'announced', task: event.task, listeners });
  }

  /**
   * Listens on a connection of its own, which closes when `until` is aborted. Resolves once the subscription stands.
   * @throws Redis's error, or the lost connection's; nothing is left open
   */
  async subscribe(listener: (event: TaskEvent) => void, until: AbortSignal): Promise<void> {
    const redis = this.#ports.redis.duplicate();
    let onClosed = (_reason: unknown) => {};
    // Where it is closed between two attempts to connect, ioredis never settles what it was asked.
    const closed = new Promise<never>((_, reject) => {
      onClosed = reject;
    });
    closed.catch(() => {});
    const close = () => {
      redis.disconnect();
      onClosed(until.reason);
    };
    redis.on('message', (_channel: string, message: string) => {
      const event = parse(message);
      if (event !== undefined) listener(event);
    });
    try {
      until.throwIfAborted();
      until.addEventListener('abort', close, { once: true });
      await Promise.race([redis.subscribe(this.#channel), closed]);
    } catch (error) {
      until.removeEventListener('abort', close);
      close();
      throw error;
    }
  }
}

/** Anybody may publish: what is no event is ignored. */
function parse(message: string): TaskEvent | undefined {
  try {
    const event: unknown = JSON.parse(message);
    const isEvent = typeof event === 'object' && event !== null && 'kind' in event && 'type' in event;
    return isEvent ? (event as TaskEvent) : undefined;
  } catch {
    return undefined;
  }
}
