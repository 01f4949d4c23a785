import {
  DUE,
  type Fire,
  FLOATS,
  INTS,
  KEY,
  NEXT,
  PREVIOUS,
  type TimerHandle,
  type TimerQueue,
  TimerTable,
} from './timer-table.ts';

/** A wheel has 64 slots: a digit of 6 bits. */
const BITS = 6;
const SLOTS = 2 ** BITS;
/** Bit operations take 32 bits: a tick is told as a high and a low part, of four digits and of five. */
const LOW_WHEELS = 5;
const LOW_TICKS = 2 ** (BITS * LOW_WHEELS);
/** All ticks that a number can count: nothing is due beyond the last wheel. */
const WHEELS = 9;
const TICK_MAX = Number.MAX_SAFE_INTEGER;
/** The records that are the slots' own: the head of each one's ring. The last holds what is firing. */
const FIRING = WHEELS * SLOTS;
const HEADS = FIRING + 1;

/**
 * A hierarchical timing wheel: scheme 7 of Varghese and Lauck, "Hashed and hierarchical timing wheels" (SOSP 1987). A wheel of 64
 * ticks, one of 64 of its turns, and so on; where time enters a slot of a wheel, that is dealt out to the wheels within.
 *
 * Of Tokio are the place of a timer, which is the highest digit in which its tick is not the present one, and a bit for each slot that
 * is not empty, so that the next one is found without a walk; of Kafka, that time goes from one such slot to the next and not tick by
 * tick. Linux has since 4.8 left out the dealing out and fires late by an eighth of the delay: here a tick is all that it is late by.
 *
 * Promises: never early, and late by less than one tick (by up to one, where it is added with no delay). In order of deadlines, and of
 * one deadline in the order in which they were added: timers of one tick share a slot at all times, so their order there is that of
 * their addition, and a slot whose deadlines are not in order is sorted before it fires. Adding and taking back touch a few records,
 * however many are pending; each timer is dealt out at most once for each wheel that it starts above the first.
 */
export class TimerWheel implements TimerQueue {
  readonly #tickMs: number;
  readonly #startMs: number;
  readonly #table = new TimerTable(HEADS);
  /** A bit for each slot, two words a wheel; the last word is that of the ring of those firing, which nobody asks for. */
  readonly #occupied = new Int32Array(2 * WHEELS + 1);
  /** The tick that all before and at has fired, in two parts. */
  #high = 0;
  #low = 0;
  #size = 0;

  constructor(startMs: number, tickMs: number) {
    if (!(tickMs > 0)) throw new RangeError(`a tick must be longer than ${tickMs} ms`);
    this.#startMs = startMs;
    this.#tickMs = tickMs;
    for (let head = 0; head < HEADS; head++) this.#empty(head);
  }

  get size(): number {
    return this.#size;
  }

  get nextMs(): number {
    if (this.#size === 0) return Number.POSITIVE_INFINITY;
    if (!this.#isEmpty(FIRING)) return Number.NEGATIVE_INFINITY;
    return this.#beginOf(this.#startOf(this.#nextSlot()));
  }

  add(dueMs: number, fire: Fire): TimerHandle {
    const record = this.#table.take(dueMs, fire);
    this.#table.floats[record * FLOATS + KEY] = Math.max(this.#tick + 1, this.#tickFrom(dueMs));
    this.#place(record);
    this.#size++;
    return this.#table.handle(record);
  }

  cancel(handle: TimerHandle): boolean {
    const record = this.#table.find(handle);
    if (record < 0) return false;
    this.#unlink(record);
    this.#table.free(record);
    this.#size--;
    return true;
  }

  advance(nowMs: number): void {
    const end = this.#tickAt(nowMs);
    this.#fire();
    while (this.#size > 0) {
      const slot = this.#nextSlot();
      const start = this.#startOf(slot);
      if (start > end) break;
      this.#moveTo(start);
      if (slot < SLOTS) {
        this.#sortInto(FIRING, slot);
        this.#fire();
      } else this.#dealOut(slot);
    }
    if (this.#tick < end) this.#moveTo(end);
  }

  clear(): void {
    for (let head = 0; head < HEADS; head++) {
      while (!this.#isEmpty(head)) {
        const record = this.#after(head);
        this.#unlink(record);
        this.#table.free(record);
      }
    }
    this.#size = 0;
  }

  #fire(): void {
    while (!this.#isEmpty(FIRING)) {
      const record = this.#after(FIRING);
      this.#unlink(record);
      this.#size--;
      this.#table.free(record)();
    }
  }

  /** Into the slot of the highest digit in which its tick differs from the present one. Called with none that has gone by. */
  #place(record: number): void {
    const tick = this.#table.floats[record * FLOATS + KEY] as number;
    const high = Math.floor(tick / LOW_TICKS);
    if (high === this.#high) {
      const low = tick - high * LOW_TICKS;
      const wheel = highestDigit(low ^ this.#low);
      this.#append(wheel * SLOTS + digit(low, wheel), record);
    } else {
      const wheel = highestDigit(high ^ this.#high);
      this.#append((LOW_WHEELS + wheel) * SLOTS + digit(high, wheel), record);
    }
  }

  /** The first that is not empty. Slots that time has gone by are, and all of a wheel is due before the next slot of the one around. */
  #nextSlot(): number {
    let word = 0;
    while (this.#occupied[word] === 0) word++;
    const bits = this.#occupied[word] as number;
    return word * 32 + 31 - Math.clz32(bits & -bits);
  }

  /** The first tick of a slot that is to come. */
  #startOf(slot: number): number {
    const wheel = Math.floor(slot / SLOTS);
    const number = slot % SLOTS;
    return wheel < LOW_WHEELS
      ? this.#high * LOW_TICKS + withDigit(this.#low, wheel, number)
      : withDigit(this.#high, wheel - LOW_WHEELS, number) * LOW_TICKS;
  }

  get #tick(): number {
    return this.#high * LOW_TICKS + this.#low;
  }

  /** Called with no slot passed or entered that is not empty, but for one that is emptied next. */
  #moveTo(tick: number): void {
    this.#high = Math.floor(tick / LOW_TICKS);
    this.#low = tick - this.#high * LOW_TICKS;
  }

  #dealOut(slot: number): void {
    // Takes the ring off the slot first; none comes back to it.
    let record = this.#after(slot);
    this.#empty(slot);
    while (record !== slot) {
      const next = this.#after(record);
      this.#place(record);
      record = next;
    }
  }

  /** Moves the ring of a slot that is not empty to an empty head, by deadline, and of one deadline in the order that it has. */
  #sortInto(head: number, slot: number): void {
    const { ints, floats } = this.#table;
    const due = (record: number) => floats[record * FLOATS + DUE] as number;
    const first = this.#after(slot);
    let last = first;
    let isSorted = true;
    for (let next = this.#after(first); next !== slot; next = this.#after(next)) {
      if (due(next) < due(last)) isSorted = false;
      last = next;
    }
    if (isSorted) {
      ints[head * INTS + NEXT] = first;
      ints[first * INTS + PREVIOUS] = head;
      ints[head * INTS + PREVIOUS] = last;
      ints[last * INTS + NEXT] = head;
    } else {
      const records: number[] = [];
      for (let record = first; record !== slot; record = this.#after(record)) records.push(record);
      for (const record of records.sort((a, b) => due(a) - due(b))) this.#append(head, record);
    }
    this.#empty(slot);
  }

  /** The last tick that has begun. */
  #tickAt(ms: number): number {
    const tick = Math.floor((ms - this.#startMs) / this.#tickMs);
    // The quotient may have been rounded past a whole number, up or down.
    if (this.#beginOf(tick) > ms) return tick - 1;
    return this.#beginOf(tick + 1) <= ms ? tick + 1 : tick;
  }

  /** The first tick that does not begin before. */
  #tickFrom(ms: number): number {
    const tick = Math.ceil((ms - this.#startMs) / this.#tickMs);
    return Math.min(TICK_MAX, this.#beginOf(tick) < ms ? tick + 1 : tick);
  }

  #beginOf(tick: number): number {
    return this.#startMs + tick * this.#tickMs;
  }

  #append(head: number, record: number): void {
    const { ints } = this.#table;
    const last = ints[head * INTS + PREVIOUS] as number;
    ints[record * INTS + PREVIOUS] = last;
    ints[record * INTS + NEXT] = head;
    ints[last * INTS + NEXT] = record;
    ints[head * INTS + PREVIOUS] = record;
    this.#occupied[head >> 5] = (this.#occupied[head >> 5] as number) | (1 << (head & 31));
  }

  #unlink(record: number): void {
    const { ints } = this.#table;
    const next = ints[record * INTS + NEXT] as number;
    const previous = ints[record * INTS + PREVIOUS] as number;
    ints[previous * INTS + NEXT] = next;
    ints[next * INTS + PREVIOUS] = previous;
    // The last of its ring: both are the head.
    if (next === previous) this.#markEmpty(next);
  }

  #empty(head: number): void {
    this.#table.ints[head * INTS + NEXT] = head;
    this.#table.ints[head * INTS + PREVIOUS] = head;
    this.#markEmpty(head);
  }

  #markEmpty(head: number): void {
    this.#occupied[head >> 5] = (this.#occupied[head >> 5] as number) & ~(1 << (head & 31));
  }

  #isEmpty(head: number): boolean {
    return this.#after(head) === head;
  }

  #after(record: number): number {
    return this.#table.ints[record * INTS + NEXT] as number;
  }
}

/** The number of the highest digit that is not 0; 0 for 0. */
function highestDigit(part: number): number {
  return ((31 - Math.clz32(part)) / BITS) | 0;
}

function digit(part: number, wheel: number): number {
  return (part >>> (BITS * wheel)) & (SLOTS - 1);
}

/** The digits above a wheel's as they are, its own replaced, those below 0. */
function withDigit(part: number, wheel: number, to: number): number {
  const above = BITS * (wheel + 1);
  return ((part >>> above) << above) | (to << (BITS * wheel));
}
