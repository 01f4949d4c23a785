/**
 * What goroutines share, as ports: a runner written against them runs as it is in a program, and in the simulation each access is
 * a preemption point, so that a schedule can interleave two logical goroutines between any two accesses, as Loom and Shuttle do.
 *
 * Semantics are Go's (`sync/atomic`, `sync`, channels). A plain field may be shared too, where a mutex guards it. Names are what the
 * story of an interleaving calls things; the real forms have no use for them.
 */
export interface SharedMemory {
  cell(initial: number, name?: string): AtomicCell;
  mutex(name?: string): Mutex;
  condition(mutex: Mutex, name?: string): Condition;
  /** @param capacity how many values it holds; with 0 a sender waits for its receiver */
  channel<T extends object>(capacity: number, name?: string): Channel<T>;
  waitGroup(name?: string): WaitGroup;
  /** A plain object that a mutex, or its only user, guards: the same object, whose calls a story tells. No preemption point. */
  guarded<T extends object>(value: T, name: string): T;
  /** Go's `go`: runs beside the caller. What it throws is nobody's to catch, and ends the program. */
  spawn(main: () => Promise<void>, name?: string): void;
}

/** At once, or later: the real forms answer at once wherever they need not wait. */
export type Awaitable<T> = T | Promise<T>;

export interface AtomicCell {
  load(): Awaitable<number>;
  store(value: number): Awaitable<void>;
  /** Writes `next` if the cell holds `expected`. @returns whether it did */
  compareAndSwap(expected: number, next: number): Awaitable<boolean>;
  /** @returns the new value */
  add(delta: number): Awaitable<number>;
}

/** Not reentrant, as in Go. First come, first served. */
export interface Mutex {
  lock(): Awaitable<void>;
  /**
   * At once, and no preemption point: whatever another goroutine does between the unlock and this one's next access it could do
   * after that access was decided on.
   * @throws Error where it is not locked
   */
  unlock(): void;
}

/** Called by whoever holds its mutex. */
export interface Condition {
  /** Gives the mutex up, waits for a signal, and takes it again. A signal that nobody waits for is lost. */
  wait(): Awaitable<void>;
  /** Wakes the one that has waited longest. */
  signal(): Awaitable<void>;
  broadcast(): Awaitable<void>;
}

export interface Channel<T extends object> {
  readonly capacity: number;
  /** Values in the buffer; those of waiting senders are not. Go's `len(ch)`, and as soon out of date. */
  readonly length: number;
  /**
   * Waits for room.
   * @param stop ends the wait with its reason: Go's `select` with `<-ctx.Done()`; where there is room it is not looked at
   * @throws ChannelClosedError
   */
  send(value: T, stop?: AbortSignal): Awaitable<void>;
  /** Go's `select` with `default`. @returns false where there is no room */
  trySend(value: T): Awaitable<boolean>;
  /** Waits for a value; undefined once the channel is closed and empty, and when it is stopped. */
  receive(stop?: AbortSignal): Awaitable<T | undefined>;
  /** Receivers get what is left; waiting senders fail. */
  close(): Awaitable<void>;
}

export interface WaitGroup {
  add(count: number): Awaitable<void>;
  done(): Awaitable<void>;
  /** Until as many are done as were added. */
  wait(): Awaitable<void>;
}
