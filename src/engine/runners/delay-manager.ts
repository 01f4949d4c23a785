import type { Ports } from '../ports.ts';
import { TimerHeap } from './timer-heap.ts';
import type { Fire, TimerHandle, TimerQueue } from './timer-table.ts';
import { TimerWheel } from './timer-wheel.ts';

/**
 * When the one timer is set anew: after every change; when the time of the first entry is another; or only when it is earlier, and what
 * was taken back wakes it up once for nothing. The document says that it is reset often, and does not show when.
 */
export type TimerResets = 'every-change' | 'new-first' | 'earlier';

/** Longer than this, Node's timers do not wait at all. */
const SLEEP_MS_MAX = 2 ** 31 - 1;
/** One for all: an abort without a reason makes an error, and its stack, each time. */
const RESET = new Error('the timer is set anew');

/**
 * Calls back when a time has come: one timer over all delays (task-runner, 5), which stand in a queue.
 *
 * Promises: never early; late by no more than `toleranceMs` where the clock is exact; in order of deadlines, and of one deadline in the
 * order in which they were added. What is called may add and cancel; where it throws, nobody catches it, and the others are called all
 * the same.
 */
export class DelayManager {
  /** How late it may call back by its own making, in ms, where the clock is exact. */
  readonly toleranceMs: number;
  readonly #ports: Pick<Ports, 'clock' | 'observe'>;
  readonly #name: string;
  readonly #queue: TimerQueue;
  readonly #resets: TimerResets;
  /** Its signal serves one sleep after the other, until one is broken off. */
  #timer = new AbortController();
  /** Infinity while no timer is set. */
  #timerMs = Number.POSITIVE_INFINITY;
  /** How often it was set or unset: which sleep is the present one. */
  #sets = 0;
  #isFiring = false;

  constructor(
    ports: Pick<Ports, 'clock' | 'observe'>,
    name: string,
    queue: TimerQueue,
    resets: TimerResets,
    toleranceMs: number,
  ) {
    this.#ports = ports;
    this.#name = name;
    this.#queue = queue;
    this.#resets = resets;
    this.toleranceMs = toleranceMs;
  }

  /** How many are still to come. */
  get pending(): number {
    return this.#queue.size;
  }

  /**
   * @returns what `cancel` takes back
   * @throws RangeError where the delay is not a number
   */
  add(delayMs: number, fire: Fire): TimerHandle {
    const nowMs = this.#ports.clock.now();
    // Nothing has told an idle queue of the time.
    if (this.#queue.size === 0 && !this.#isFiring) this.#queue.advance(nowMs);
    const handle = this.#queue.add(nowMs + delayMs, fire);
    this.#setTimer();
    return handle;
  }

  /** @returns false where it has fired or was taken back before */
  cancel(delayed: TimerHandle): boolean {
    if (!this.#queue.cancel(delayed)) return false;
    // The timer of an empty queue would keep a process alive.
    if (this.#resets !== 'earlier' || this.#queue.size === 0) this.#setTimer();
    return true;
  }

  /** Throws away what is still to come. */
  stop(): void {
    this.#queue.clear();
    this.#unset();
  }

  #setTimer(): void {
    if (this.#isFiring) return;
    const { clock, observe } = this.#ports;
    const dueMs = this.#queue.nextMs;
    if (this.#resets !== 'every-change' && dueMs === this.#timerMs) return;
    if (this.#resets === 'earlier' && dueMs > this.#timerMs && this.#queue.size > 0) return;
    this.#unset();
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const set = ++this.#sets;
    this.#timerMs = dueMs;
    observe({ kind: 'timer-set', runner: this.#name });
    const waitMs = Math.min(SLEEP_MS_MAX, Math.max(0, dueMs - clock.now()));
    clock.sleep(waitMs, this.#timer.signal).then(
      () => {
        // It may have been set anew when the time had come and nobody had been called yet.
        if (this.#sets === set) this.#fire();
      },
      () => {},
    );
  }

  #unset(): void {
    if (this.#timerMs === Number.POSITIVE_INFINITY) return;
    this.#sets++;
    this.#timerMs = Number.POSITIVE_INFINITY;
    this.#timer.abort(RESET);
    this.#timer = new AbortController();
  }

  #fire(): void {
    this.#timerMs = Number.POSITIVE_INFINITY;
    this.#isFiring = true;
    try {
      this.#queue.advance(this.#ports.clock.now());
    } finally {
      this.#isFiring = false;
      this.#setTimer();
    }
  }
}

/**
 * One timer over a heap of all delayed tasks.
 *
 * Promises: on time, as exact as the clock. Adding and taking back cost the logarithm of what is pending, and by `resets` a new timer.
 */
export class HeapDelayManager extends DelayManager {
  constructor(ports: Pick<Ports, 'clock' | 'observe'>, name: string, resets: TimerResets) {
    super(ports, name, new TimerHeap(), resets, 0);
  }
}

/**
 * The document's repair: one timer over a hierarchical timing wheel (as in Kafka and Netty).
 *
 * Promises: late by up to one tick. Adding and taking back cost the same however many are pending; adding sets a new timer only where
 * it is due in an earlier slot than all others, taking back only where it was the last. It wakes up for slots that are not empty, not
 * at each tick.
 */
export class TimingWheel extends DelayManager {
  constructor(ports: Pick<Ports, 'clock' | 'observe'>, name: string, tickMs: number) {
    super(ports, name, new TimerWheel(ports.clock.now(), tickMs), 'earlier', tickMs);
  }
}
