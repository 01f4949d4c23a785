import { EngineError } from '../errors.ts';
import type { AtomicCell, Awaitable, Channel, Condition, Mutex, SharedMemory, WaitGroup } from './shared-memory.ts';

/** A value was sent on a closed channel: in Go a panic. */
export class ChannelClosedError extends EngineError {
  readonly code = 'CHANNEL_CLOSED';
  constructor() {
    super('the channel is closed: stop the senders before you close it');
  }
}

/**
 * Shared memory in one JavaScript thread, where nothing preempts: every access is a plain one, and answers at once unless it has
 * to wait. Coroutines interleave at each `await`, those of an access included, so that code which is wrong on threads may be wrong
 * here.
 */
export const localMemory: SharedMemory = {
  cell: (initial) => new LocalCell(initial),
  mutex: () => new LocalMutex(),
  condition: (mutex) => new LocalCondition(mutex),
  channel: <T extends object>(capacity: number) => new LocalChannel<T>(capacity),
  waitGroup: () => new LocalWaitGroup(),
  guarded: (value) => value,
  spawn: (main) => {
    // Not at once: whoever starts a goroutine goes on before it runs.
    void Promise.resolve().then(main);
  },
};

class LocalCell implements AtomicCell {
  #value: number;

  constructor(initial: number) {
    this.#value = initial;
  }

  load(): number {
    return this.#value;
  }

  store(value: number): void {
    this.#value = value;
  }

  compareAndSwap(expected: number, next: number): boolean {
    if (this.#value !== expected) return false;
    this.#value = next;
    return true;
  }

  add(delta: number): number {
    this.#value += delta;
    return this.#value;
  }
}

class LocalMutex implements Mutex {
  #locked = false;
  readonly #waiting: (() => void)[] = [];

  lock(): Awaitable<void> {
    if (this.#locked) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#locked = true;
  }

  unlock(): void {
    if (!this.#locked) throw new Error('unlock of a mutex that is not locked');
    const next = this.#waiting.shift();
    if (next === undefined) this.#locked = false;
    else next();
  }
}

class LocalCondition implements Condition {
  readonly #mutex: Mutex;
  readonly #waiting: (() => void)[] = [];

  constructor(mutex: Mutex) {
    this.#mutex = mutex;
  }

  async wait(): Promise<void> {
    const woken = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#mutex.unlock();
    await woken;
    await this.#mutex.lock();
  }

  signal(): void {
    this.#waiting.shift()?.();
  }

  broadcast(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** Whoever waits, and what ends the wait: one listener for all that wait under one signal, however many there are. */
class StopList {
  readonly #waiting = new Map<AbortSignal, Set<() => void>>();

  /** @returns to be called when the wait has ended otherwise */
  add(stop: AbortSignal | undefined, onStop: () => void): () => void {
    if (stop === undefined) return () => {};
    let all = this.#waiting.get(stop);
    if (all === undefined) {
      const waiting = new Set<() => void>();
      all = waiting;
      this.#waiting.set(stop, waiting);
      stop.addEventListener('abort', () => {
        for (const end of waiting) end();
      });
    }
    all.add(onStop);
    return () => all.delete(onStop);
  }
}

interface Sender<T> {
  readonly value: T;
  readonly accepted: () => void;
  readonly failed: (error: unknown) => void;
}

class LocalChannel<T extends object> implements Channel<T> {
  readonly capacity: number;
  readonly #buffer: T[] = [];
  readonly #senders: Sender<T>[] = [];
  readonly #receivers: ((value: T | undefined) => void)[] = [];
  readonly #stops = new StopList();
  #closed = false;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.#buffer.length;
  }

  send(value: T, stop?: AbortSignal): Awaitable<void> {
    if (this.trySend(value)) return;
    if (stop?.aborted) throw stop.reason;
    return new Promise((resolve, reject) => {
      const settle = this.#stops.add(stop, () => {
        this.#senders.splice(this.#senders.indexOf(sender), 1);
        sender.failed(stop?.reason);
      });
      const sender: Sender<T> = {
        value,
        accepted: () => {
          settle();
          resolve();
        },
        failed: (error) => {
          settle();
          reject(error);
        },
      };
      this.#senders.push(sender);
    });
  }

  trySend(value: T): boolean {
    if (this.#closed) throw new ChannelClosedError();
    const receive = this.#receivers.shift();
    if (receive !== undefined) receive(value);
    else if (this.#buffer.length < this.capacity) this.#buffer.push(value);
    else return false;
    return true;
  }

  receive(stop?: AbortSignal): Awaitable<T | undefined> {
    const next = this.#buffer.shift();
    const sender = this.#senders.shift();
    if (sender !== undefined) {
      this.#buffer.push(sender.value);
      sender.accepted();
    }
    if (next !== undefined) return next;
    if (sender !== undefined) return this.#buffer.shift();
    if (this.#closed || stop?.aborted) return undefined;
    return new Promise((resolve) => {
      const receiver = (value: T | undefined) => {
        settle();
        resolve(value);
      };
      const settle = this.#stops.add(stop, () => {
        this.#receivers.splice(this.#receivers.indexOf(receiver), 1);
        receiver(undefined);
      });
      this.#receivers.push(receiver);
    });
  }

  close(): void {
    if (this.#closed) throw new ChannelClosedError();
    this.#closed = true;
    for (const { failed } of this.#senders.splice(0)) failed(new ChannelClosedError());
    for (const receive of this.#receivers.splice(0)) receive(undefined);
  }
}

class LocalWaitGroup implements WaitGroup {
  #count = 0;
  readonly #waiting: (() => void)[] = [];

  add(count: number): void {
    this.#count += count;
    if (this.#count < 0) throw new Error('a wait group was done more often than added to');
    if (this.#count === 0) for (const wake of this.#waiting.splice(0)) wake();
  }

  done(): void {
    this.add(-1);
  }

  wait(): Awaitable<void> {
    if (this.#count > 0) return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
