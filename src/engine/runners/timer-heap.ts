import { type Fire, FLOATS, INTS, KEY, NEXT, type TimerHandle, type TimerQueue, TimerTable } from './timer-table.ts';

/** Four children each: half as deep as with two, and the four deadlines are neighbours in memory. */
const CHILDREN = 4;
/** Where a record says what its place in the heap is. */
const PLACE = NEXT;
const FIRST_CAPACITY = 1024;

/**
 * Timers in a heap that knows each one's place, so that what is taken back leaves at once: no dead ones wait in it for their time.
 *
 * Promises: exact deadlines. Adding and taking back cost up to the logarithm of what is pending; where the times are random, most
 * stand near the bottom and cost less. What fires may add what is due at once: that fires in the next `advance`, so that this one ends.
 */
export class TimerHeap implements TimerQueue {
  readonly #table = new TimerTable();
  /** In heap order: deadlines, and whose they are. */
  #dues = new Float64Array(FIRST_CAPACITY);
  #records = new Int32Array(FIRST_CAPACITY);
  #size = 0;
  /** How many were ever added: of one deadline, the first added is the first to fire. */
  #added = 0;

  get size(): number {
    return this.#size;
  }

  get nextMs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#dues[0] as number);
  }

  add(dueMs: number, fire: Fire): TimerHandle {
    const record = this.#table.take(dueMs, fire);
    this.#table.floats[record * FLOATS + KEY] = this.#added++;
    if (this.#size === this.#dues.length) this.#grow();
    this.#rise(this.#size++, dueMs, record);
    return this.#table.handle(record);
  }

  cancel(handle: TimerHandle): boolean {
    const record = this.#table.find(handle);
    if (record < 0) return false;
    this.#removeAt(this.#table.ints[record * INTS + PLACE] as number);
    this.#table.free(record);
    return true;
  }

  advance(nowMs: number): void {
    const end = this.#added;
    while (this.nextMs <= nowMs && this.#sequence(this.#records[0] as number) < end) {
      const record = this.#records[0] as number;
      this.#removeAt(0);
      this.#table.free(record)();
    }
  }

  clear(): void {
    for (let place = 0; place < this.#size; place++) this.#table.free(this.#records[place] as number);
    this.#size = 0;
  }

  /** The last one takes the place, and goes up or down from there. */
  #removeAt(place: number): void {
    const last = --this.#size;
    if (place === last) return;
    const dueMs = this.#dues[last] as number;
    const record = this.#records[last] as number;
    if (place > 0 && this.#isBefore(dueMs, record, (place - 1) >> 2)) this.#rise(place, dueMs, record);
    else this.#sink(place, dueMs, record);
  }

  #rise(from: number, dueMs: number, record: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      if (!this.#isBefore(dueMs, record, parent)) break;
      this.#put(place, this.#dues[parent] as number, this.#records[parent] as number);
      place = parent;
    }
    this.#put(place, dueMs, record);
  }

  #sink(from: number, dueMs: number, record: number): void {
    let place = from;
    for (;;) {
      const first = CHILDREN * place + 1;
      if (first >= this.#size) break;
      const end = Math.min(first + CHILDREN, this.#size);
      let child = first;
      for (let other = first + 1; other < end; other++) {
        if (this.#isBefore(this.#dues[other] as number, this.#records[other] as number, child)) child = other;
      }
      if (this.#isBefore(dueMs, record, child)) break;
      this.#put(place, this.#dues[child] as number, this.#records[child] as number);
      place = child;
    }
    this.#put(place, dueMs, record);
  }

  #put(place: number, dueMs: number, record: number): void {
    this.#dues[place] = dueMs;
    this.#records[place] = record;
    this.#table.ints[record * INTS + PLACE] = place;
  }

  /** Whether a timer goes before the one at a place. */
  #isBefore(dueMs: number, record: number, place: number): boolean {
    const otherMs = this.#dues[place] as number;
    if (dueMs !== otherMs) return dueMs < otherMs;
    return this.#sequence(record) < this.#sequence(this.#records[place] as number);
  }

  #sequence(record: number): number {
    return this.#table.floats[record * FLOATS + KEY] as number;
  }

  #grow(): void {
    const dues = new Float64Array(2 * this.#dues.length);
    dues.set(this.#dues);
    this.#dues = dues;
    const records = new Int32Array(2 * this.#records.length);
    records.set(this.#records);
    this.#records = records;
  }
}
