import type { Ports } from '../ports.ts';

/** Something that is due at a time. */
export interface Delayed {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** Calls back when a time has come. */
export interface DelayManager {
  /** How late it may call back by its own making, in ms, where the clock is exact. */
  readonly toleranceMs: number;
  /** How many are still to come. */
  readonly pending: number;
  /** @returns what `cancel` takes back */
  add(delayMs: number, fire: () => void): Delayed;
  /** @returns false where it has fired or was taken back before */
  cancel(delayed: Delayed): boolean;
  /** Throws away what is still to come. */
  stop(): void;
}

/** What is not in the heap has no place. */
const NOWHERE = -1;

interface Entry extends Delayed {
  place: number;
}

/**
 * When the one timer is set anew: after every change, or only when another entry has become the first. The document says that it is
 * reset often, and does not show when.
 */
export type TimerResets = 'every-change' | 'new-first';

/**
 * One timer over a heap of all delayed tasks (task-runner, 5).
 *
 * Promises: on time, as exact as the clock. Adding and taking back cost the logarithm of what is pending, and a new timer.
 */
export class HeapDelayManager implements DelayManager {
  readonly toleranceMs = 0;
  readonly #ports: Pick<Ports, 'clock' | 'observe'>;
  readonly #name: string;
  readonly #resets: TimerResets;
  readonly #heap: Entry[] = [];
  #timer = new AbortController();
  #timerDueMs = Number.POSITIVE_INFINITY;

  constructor(ports: Pick<Ports, 'clock' | 'observe'>, name: string, resets: TimerResets) {
    this.#ports = ports;
    this.#name = name;
    this.#resets = resets;
  }

  get pending(): number {
    return this.#heap.length;
  }

  add(delayMs: number, fire: () => void): Delayed {
    const delayed: Entry = { dueMs: this.#ports.clock.now() + delayMs, fire, place: NOWHERE };
    this.#heap.push(delayed);
    this.#rise(this.#heap.length - 1, delayed);
    this.#setTimer();
    return delayed;
  }

  cancel(delayed: Delayed): boolean {
    const { place } = delayed as Entry;
    if (place === NOWHERE) return false;
    this.#removeAt(place);
    this.#setTimer();
    return true;
  }

  stop(): void {
    for (const entry of this.#heap.splice(0)) entry.place = NOWHERE;
    this.#timer.abort();
    this.#timerDueMs = Number.POSITIVE_INFINITY;
  }

  #setTimer(): void {
    const { clock, observe } = this.#ports;
    const dueMs = this.#heap[0]?.dueMs ?? Number.POSITIVE_INFINITY;
    if (dueMs === this.#timerDueMs && this.#resets === 'new-first') return;
    this.#timer.abort();
    this.#timerDueMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.#timer = new AbortController();
    observe({ kind: 'timer-set', runner: this.#name });
    clock.sleep(Math.max(0, dueMs - clock.now()), this.#timer.signal).then(
      () => this.#fire(),
      () => {},
    );
  }

  #fire(): void {
    const nowMs = this.#ports.clock.now();
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    for (let first = this.#heap[0]; first !== undefined && first.dueMs <= nowMs; first = this.#heap[0]) {
      this.#removeAt(0);
      first.fire();
    }
    this.#setTimer();
  }

  #removeAt(place: number): void {
    const removed = this.#heap[place] as Entry;
    const last = this.#heap.pop() as Entry;
    removed.place = NOWHERE;
    if (removed === last) return;
    this.#sink(place, last);
    this.#rise(last.place, last);
  }

  #rise(from: number, delayed: Entry): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if ((this.#heap[parent] as Entry).dueMs <= delayed.dueMs) break;
      this.#put(place, this.#heap[parent] as Entry);
      place = parent;
    }
    this.#put(place, delayed);
  }

  #sink(from: number, delayed: Entry): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      const right = this.#heap[child + 1];
      if (right !== undefined && right.dueMs < (this.#heap[child] as Entry).dueMs) child++;
      const next = this.#heap[child];
      if (next === undefined || next.dueMs >= delayed.dueMs) break;
      this.#put(place, next);
      place = child;
    }
    this.#put(place, delayed);
  }

  #put(place: number, delayed: Entry): void {
    this.#heap[place] = delayed;
    delayed.place = place;
  }
}
