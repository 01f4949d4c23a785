import type { Ports } from '../ports.ts';
import type { Delayed, DelayManager } from './delay-manager.ts';

const SLOTS = 64;
/** 64^5 ticks: at 10 ms a tick four months. What is due later waits in the last wheel, and goes round. */
const WHEELS = 5;

/** A place in a ring: a slot's own, or an entry's. By itself it is a ring of one. */
class Link {
  previous: Link = this;
  next: Link = this;

  get isAlone(): boolean {
    return this.next === this;
  }

  /** Goes to the end of a slot's ring. */
  append(link: Link): void {
    const { previous } = this;
    link.previous = previous;
    link.next = this;
    previous.next = link;
    this.previous = link;
  }

  leave(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.previous = this;
    this.next = this;
  }
}

class Entry extends Link implements Delayed {
  readonly dueMs: number;
  readonly dueTick: number;
  readonly fire: () => void;

  constructor(dueMs: number, dueTick: number, fire: () => void) {
    super();
    this.dueMs = dueMs;
    this.dueTick = dueTick;
    this.fire = fire;
  }
}

/**
 * The document's repair: a hierarchical timing wheel (Varghese, Lauck 1987; as in Netty and Kafka). A wheel of 64 ticks, one of 64 of
 * its turns, and so on; each turn of a wheel deals one slot of the next out to it (task-runner, 5).
 *
 * Promises: never early, and late by up to one tick. Adding and taking back cost the same however many are pending, and set no timer;
 * while anything is pending it wakes up each tick.
 */
export class TimingWheel implements DelayManager {
  readonly toleranceMs: number;
  readonly #ports: Pick<Ports, 'clock' | 'observe'>;
  readonly #name: string;
  readonly #startMs: number;
  readonly #wheels: readonly (readonly Link[])[];
  #tick = 0;
  #pending = 0;
  #ticking: AbortController | undefined;

  constructor(ports: Pick<Ports, 'clock' | 'observe'>, name: string, tickMs: number) {
    this.#ports = ports;
    this.#name = name;
    this.toleranceMs = tickMs;
    this.#startMs = ports.clock.now();
    this.#wheels = Array.from({ length: WHEELS }, () => Array.from({ length: SLOTS }, () => new Link()));
  }

  get pending(): number {
    return this.#pending;
  }

  add(delayMs: number, fire: () => void): Delayed {
    const nowMs = this.#ports.clock.now();
    // An idle wheel has stood still.
    if (this.#pending === 0) this.#tick = Math.floor((nowMs - this.#startMs) / this.toleranceMs);
    const dueMs = nowMs + delayMs;
    const dueTick = Math.max(this.#tick + 1, Math.ceil((dueMs - this.#startMs) / this.toleranceMs));
    const entry = new Entry(dueMs, dueTick, fire);
    this.#place(entry);
    this.#pending++;
    if (this.#ticking === undefined) this.#run();
    return entry;
  }

  cancel(delayed: Delayed): boolean {
    const entry = delayed as Entry;
    if (entry.isAlone) return false;
    entry.leave();
    this.#pending--;
    return true;
  }

  stop(): void {
    for (const wheel of this.#wheels) for (const slot of wheel) while (!slot.isAlone) slot.next.leave();
    this.#pending = 0;
    this.#ticking?.abort();
    this.#ticking = undefined;
  }

  /** The smallest wheel that a turn of has not gone by when it is due. */
  #place(entry: Entry): void {
    let width = 1;
    let wheel = 0;
    while (wheel < WHEELS - 1 && entry.dueTick - this.#tick >= width * SLOTS) {
      width *= SLOTS;
      wheel++;
    }
    // Beyond the last wheel: into its farthest slot, from where it is dealt out anew.
    const tick = Math.min(entry.dueTick, this.#tick + width * (SLOTS - 1));
    const slot = this.#wheels[wheel]?.[Math.floor(tick / width) % SLOTS] as Link;
    slot.append(entry);
  }

  /** Turns while anything is pending. */
  #run(): void {
    const { clock, observe } = this.#ports;
    const ticking = new AbortController();
    this.#ticking = ticking;
    const wait = (): void => {
      const nextMs = this.#startMs + (this.#tick + 1) * this.toleranceMs;
      clock.sleep(Math.max(0, nextMs - clock.now()), ticking.signal).then(turn, () => {});
    };
    const turn = (): void => {
      const now = Math.floor((clock.now() - this.#startMs) / this.toleranceMs);
      while (this.#tick < now && this.#pending > 0) this.#advance();
      if (ticking.signal.aborted) return;
      if (this.#pending > 0) wait();
      else this.#ticking = undefined;
    };
    observe({ kind: 'timer-set', runner: this.#name });
    wait();
  }

  #advance(): void {
    this.#tick++;
    let width = 1;
    for (const wheel of this.#wheels) {
      const slot = wheel[Math.floor(this.#tick / width) % SLOTS] as Link;
      // None that is dealt out anew comes back into the slot that it comes from.
      while (!slot.isAlone) {
        const entry = slot.next as Entry;
        entry.leave();
        if (entry.dueTick <= this.#tick) this.#fire(entry);
        else this.#place(entry);
      }
      width *= SLOTS;
      if (this.#tick % width !== 0) return;
    }
  }

  #fire(entry: Entry): void {
    this.#pending--;
    entry.fire();
  }
}
