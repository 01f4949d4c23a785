/** What is called when a timer is due. */
export type Fire = () => void;

/** What `add` gives and `cancel` takes: a record's number, and whose turn it was to use that record. */
export type TimerHandle = number;

/** Timers in the order in which they are due: by deadline, and of one deadline by when they were added. */
export interface TimerQueue {
  /** How many are still to come. */
  readonly size: number;
  /** When `advance` has something to do next; Infinity where nothing is to come. Of a wheel it may be before anything is due. */
  readonly nextMs: number;
  /** @throws RangeError where `dueMs` is no number, or there is no room for one more */
  add(dueMs: number, fire: Fire): TimerHandle;
  /** @returns false where it has fired or was taken back before */
  cancel(handle: TimerHandle): boolean;
  /**
   * Fires what is due. What is fired may add and cancel. Where it throws, so does `advance`, and the next `advance` goes on with the
   * rest.
   */
  advance(nowMs: number): void;
  /** Throws away what is still to come. */
  clear(): void;
}

/** Records of 32 bytes, so that no record lies in two lines of the processor's cache. */
export const INTS = 8;
export const FLOATS = 4;
/** Where a record's fields are: two whole numbers of the queue's, ... */
export const NEXT = 0;
export const PREVIOUS = 1;
const GENERATION = 2;
/** ... its deadline in ms, and a number that the queue sorts or places it by. */
export const DUE = 2;
export const KEY = 3;

/** 2 GB of records. */
const RECORDS_MAX = 2 ** 26;
/** What is left of a safe integer. */
const GENERATIONS = 2 ** 27;
const NONE = -1;
const FIRST_CAPACITY = 1024;

/**
 * The records of timers: numbers in one buffer, not objects, so that a million of them are nothing to the garbage collector. It doubles
 * when it is full, never shrinks, and gives a freed record out again first, as that is still in the cache.
 *
 * Promises: a handle names one timer. What breaks it: a handle that is kept until its record has been used 2^27 times more.
 */
export class TimerTable {
  /** Another after `take` has grown the table, as is `floats`: do not keep them across it. */
  ints: Int32Array;
  floats: Float64Array;
  readonly #fires: (Fire | undefined)[] = [];
  #free = NONE;

  /** @param reserved the first records, which belong to the queue */
  constructor(reserved = 0) {
    const buffer = new ArrayBuffer(FIRST_CAPACITY * INTS * 4);
    this.ints = new Int32Array(buffer);
    this.floats = new Float64Array(buffer);
    for (let record = 0; record < reserved; record++) this.#fires.push(undefined);
  }

  /** @returns the new timer's record */
  take(dueMs: number, fire: Fire): number {
    if (Number.isNaN(dueMs)) throw new RangeError('a timer is due at a number of ms, not NaN');
    let record = this.#free;
    if (record === NONE) {
      record = this.#fires.length;
      if ((record + 1) * INTS > this.ints.length) this.#grow();
      this.#fires.push(fire);
    } else {
      this.#free = this.ints[record * INTS + NEXT] as number;
      this.#fires[record] = fire;
    }
    this.floats[record * FLOATS + DUE] = dueMs;
    return record;
  }

  /** Ends a timer. @returns what it was to call */
  free(record: number): Fire {
    const { ints } = this;
    const at = record * INTS;
    const fire = this.#fires[record] as Fire;
    this.#fires[record] = undefined;
    ints[at + GENERATION] = ((ints[at + GENERATION] as number) + 1) & (GENERATIONS - 1);
    ints[at + NEXT] = this.#free;
    this.#free = record;
    return fire;
  }

  handle(record: number): TimerHandle {
    return (this.ints[record * INTS + GENERATION] as number) * RECORDS_MAX + record;
  }

  /** @returns the timer's record, or -1 where the timer has ended */
  find(handle: TimerHandle): number {
    const generation = Math.floor(handle / RECORDS_MAX);
    const record = handle - generation * RECORDS_MAX;
    return this.ints[record * INTS + GENERATION] === generation && this.#fires[record] !== undefined ? record : NONE;
  }

  #grow(): void {
    if (this.#fires.length >= RECORDS_MAX) throw new RangeError(`there is no room for more than ${RECORDS_MAX} timers`);
    const buffer = new ArrayBuffer(2 * this.ints.byteLength);
    const ints = new Int32Array(buffer);
    ints.set(this.ints);
    this.ints = ints;
    this.floats = new Float64Array(buffer);
  }
}
