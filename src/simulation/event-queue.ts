/** Events that may wait at once. Beyond it a simulated program has surely run away. */
export const PENDING_EVENTS_MAX = 2 ** 22;

/** Few: a run of exploration makes a queue a millisecond, and seldom has more waiting. It doubles. */
const INITIAL_SLOTS = 64;
/** The life of an event that was cancelled: no host ever has it. */
const CANCELLED_LIFE = -1;
/** The order of a slot that holds no event. */
const EMPTY = -1;
/** Sequences fit below it, tie-breaks go above: 31 + 22 bits, which a double holds. */
const SEQUENCES_MAX = 2 ** 31;
/** Tie-breaks are below it. */
export const TIES_MAX = 2 ** 22;

/** What an event does when its time has come. `subject` is handed back, so that no closure is made per event. */
export type Action<T = never> = (subject: T) => void;

/**
 * Future events, ordered by (time, tie-break, sequence): a 4-ary heap over typed arrays.
 *
 * Nothing is allocated per event. `take` answers a slot, whose columns (`times`, `hosts`, …) hold until the next `push`.
 */
export class EventQueue {
  times = new Float64Array(INITIAL_SLOTS);
  hosts = new Int32Array(INITIAL_SLOTS);
  lives = new Int32Array(INITIAL_SLOTS);
  readonly actions: Action<never>[] = [];
  readonly subjects: unknown[] = [];
  /** Tie-break and sequence in one number: the order of events of one time. */
  #orders = new Float64Array(INITIAL_SLOTS);
  /** The heap: slots, and beside each what it is ordered by, which saves a look at the columns. */
  #heap = new Int32Array(INITIAL_SLOTS);
  #heapTimes = new Float64Array(INITIAL_SLOTS);
  #heapOrders = new Float64Array(INITIAL_SLOTS);
  #free = new Int32Array(INITIAL_SLOTS);
  /**
   * The root was taken and not replaced yet. An event mostly causes another, which then goes in at the root: one pass through
   * the heap instead of two.
   */
  #hole = false;
  #freeCount = 0;
  #slotCount = 0;
  #size = 0;
  #cancelled = 0;
  #nextSequence = 0;

  /** Events that are still to come, cancelled ones not counted. */
  get size(): number {
    return this.#size - this.#cancelled;
  }

  /**
   * @param tie a whole number below TIES_MAX
   * @param host the index of the host it belongs to
   * @param life that host's life at this moment: an event of an earlier life is dropped
   * @returns a handle for `cancel`
   */
  push<T>(timeUs: number, tie: number, host: number, life: number, action: Action<T>, subject: T): number {
    const slot = this.#freeCount > 0 ? (this.#free[--this.#freeCount] as number) : this.#grow();
    const sequence = this.#nextSequence++;
    const order = tie * SEQUENCES_MAX + sequence;
    this.times[slot] = timeUs;
    this.#orders[slot] = order;
    this.hosts[slot] = host;
    this.lives[slot] = life;
    this.actions[slot] = action as unknown as Action<never>;
    this.subjects[slot] = subject;
    if (this.#hole) {
      this.#hole = false;
      this.#size++;
      this.#siftDown(slot, timeUs, order);
    } else {
      this.#siftUp(this.#size++, slot, timeUs, order);
    }
    return sequence * PENDING_EVENTS_MAX + slot;
  }

  /** Takes an event back. Harmless when it has already happened. */
  cancel(handle: number): void {
    const slot = handle % PENDING_EVENTS_MAX;
    const sequence = (handle - slot) / PENDING_EVENTS_MAX;
    if ((this.#orders[slot] as number) % SEQUENCES_MAX !== sequence || this.lives[slot] === CANCELLED_LIFE) return;
    this.lives[slot] = CANCELLED_LIFE;
    this.subjects[slot] = undefined;
    this.#cancelled++;
    if (this.#cancelled > 256 && this.#cancelled * 2 > this.#size) this.#dropCancelled();
  }

  /** Takes the earliest event. @returns its slot, or -1 where there is none */
  take(): number {
    if (this.#hole) this.#fillHole();
    while (this.#size > 0) {
      const slot = this.#heap[0] as number;
      this.#size--;
      this.#hole = true;
      this.#orders[slot] = EMPTY;
      this.#free[this.#freeCount++] = slot;
      if (this.lives[slot] !== CANCELLED_LIFE) return slot;
      this.#cancelled--;
      this.#fillHole();
    }
    return -1;
  }

  /** No event took the place of the one last taken: the last of the heap does. */
  #fillHole(): void {
    this.#hole = false;
    const last = this.#size;
    if (last === 0) return;
    this.#siftDown(this.#heap[last] as number, this.#heapTimes[last] as number, this.#heapOrders[last] as number);
  }

  #siftUp(from: number, slot: number, timeUs: number, order: number): void {
    const slots = this.#heap;
    const times = this.#heapTimes;
    const orders = this.#heapOrders;
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      const parentTime = times[parent] as number;
      if (parentTime < timeUs || (parentTime === timeUs && (orders[parent] as number) < order)) break;
      slots[position] = slots[parent] as number;
      times[position] = parentTime;
      orders[position] = orders[parent] as number;
      position = parent;
    }
    slots[position] = slot;
    times[position] = timeUs;
    orders[position] = order;
  }

  #siftDown(slot: number, timeUs: number, order: number): void {
    const slots = this.#heap;
    const times = this.#heapTimes;
    const orders = this.#heapOrders;
    const size = this.#size;
    let position = 0;
    for (;;) {
      const firstChild = position * 4 + 1;
      if (firstChild >= size) break;
      const end = Math.min(firstChild + 4, size);
      let best = firstChild;
      let bestTime = times[firstChild] as number;
      let bestOrder = orders[firstChild] as number;
      for (let child = firstChild + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (childTime > bestTime) continue;
        const childOrder = orders[child] as number;
        if (childTime === bestTime && childOrder > bestOrder) continue;
        best = child;
        bestTime = childTime;
        bestOrder = childOrder;
      }
      if (timeUs < bestTime || (timeUs === bestTime && order < bestOrder)) break;
      slots[position] = slots[best] as number;
      times[position] = bestTime;
      orders[position] = bestOrder;
      position = best;
    }
    slots[position] = slot;
    times[position] = timeUs;
    orders[position] = order;
  }

  /** Timeouts that were called off would otherwise stay until their time: rebuild once they are the majority. */
  #dropCancelled(): void {
    if (this.#hole) this.#fillHole();
    const live: number[] = [];
    for (let index = 0; index < this.#size; index++) {
      const slot = this.#heap[index] as number;
      if (this.lives[slot] !== CANCELLED_LIFE) live.push(slot);
      else {
        this.#orders[slot] = EMPTY;
        this.#free[this.#freeCount++] = slot;
      }
    }
    this.#size = 0;
    this.#cancelled = 0;
    for (const slot of live) {
      this.#siftUp(this.#size++, slot, this.times[slot] as number, this.#orders[slot] as number);
    }
  }

  #grow(): number {
    const slot = this.#slotCount++;
    if (slot >= PENDING_EVENTS_MAX) throw new RangeError(`more than ${PENDING_EVENTS_MAX} events wait at once`);
    if (slot >= this.times.length) {
      const length = this.times.length * 2;
      this.times = copyInto(new Float64Array(length), this.times);
      this.#orders = copyInto(new Float64Array(length), this.#orders);
      this.hosts = copyInto(new Int32Array(length), this.hosts);
      this.lives = copyInto(new Int32Array(length), this.lives);
      this.#heap = copyInto(new Int32Array(length), this.#heap);
      this.#heapTimes = copyInto(new Float64Array(length), this.#heapTimes);
      this.#heapOrders = copyInto(new Float64Array(length), this.#heapOrders);
      this.#free = copyInto(new Int32Array(length), this.#free);
    }
    return slot;
  }
}

function copyInto<A extends { set(source: ArrayLike<number>): void }>(target: A, source: ArrayLike<number>): A {
  target.set(source);
  return target;
}
