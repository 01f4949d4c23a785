/** The smallest ring; a power of two, so that positions wrap with a mask. */
const CAPACITY_MIN = 8;

/**
 * A Redis list: a deque in a ring buffer.
 *
 * Both ends and any index are O(1) (amortised: the ring doubles when full and halves when three quarters empty), which
 * makes LINDEX cheaper here than in Redis. Inserting in the middle moves the shorter side.
 */
export class List {
  readonly type = 'list';
  #ring: (string | undefined)[] = new Array(CAPACITY_MIN).fill(undefined);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  pushHead(value: string): void {
    if (this.#length === this.#ring.length) this.#resize(this.#ring.length * 2);
    this.#head = (this.#head - 1) & (this.#ring.length - 1);
    this.#ring[this.#head] = value;
    this.#length++;
  }

  pushTail(value: string): void {
    if (this.#length === this.#ring.length) this.#resize(this.#ring.length * 2);
    this.#ring[this.#slot(this.#length)] = value;
    this.#length++;
  }

  popHead(): string | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    this.#shrinkIfSparse();
    return value;
  }

  popTail(): string | undefined {
    if (this.#length === 0) return undefined;
    const slot = this.#slot(this.#length - 1);
    const value = this.#ring[slot];
    this.#ring[slot] = undefined;
    this.#length--;
    this.#shrinkIfSparse();
    return value;
  }

  /** The element at an index from the head; undefined outside 0 … length - 1. */
  at(index: number): string | undefined {
    return index >= 0 && index < this.#length ? this.#ring[this.#slot(index)] : undefined;
  }

  /** Replaces the element at an index from the head, which must exist. */
  set(index: number, value: string): void {
    if (index < 0 || index >= this.#length) throw new RangeError(`list index ${index} outside 0..${this.#length - 1}`);
    this.#ring[this.#slot(index)] = value;
  }

  /** Puts an element before the one at `index`; at `length` it becomes the last. */
  insert(index: number, value: string): void {
    if (index < 0 || index > this.#length) throw new RangeError(`list index ${index} outside 0..${this.#length}`);
    if (index < this.#length / 2) {
      this.pushHead(value);
      for (let at = 0; at < index; at++) this.#move(at + 1, at);
    } else {
      this.pushTail(value);
      for (let at = this.#length - 1; at > index; at--) this.#move(at - 1, at);
    }
    this.#ring[this.#slot(index)] = value;
  }

  /**
   * Removes elements equal to `value`: the first `limit` of them from the head, or from the tail where `fromTail`.
   * @returns how many were removed.
   */
  remove(value: string, limit: number, fromTail = false): number {
    const length = this.#length;
    let kept = 0;
    for (let seen = 0; seen < length; seen++) {
      const from = fromTail ? length - 1 - seen : seen;
      if (seen - kept < limit && this.#ring[this.#slot(from)] === value) continue;
      if (seen !== kept) this.#move(from, fromTail ? length - 1 - kept : kept);
      kept++;
    }
    const removed = length - kept;
    for (let count = 0; count < removed; count++) {
      if (fromTail) this.popHead();
      else this.popTail();
    }
    return removed;
  }

  /** Keeps the elements from `start` to `stop`, both included; none where `start` is beyond `stop`. */
  trim(start: number, stop: number): void {
    const fromHead = start > stop ? this.#length : start;
    const fromTail = start > stop ? 0 : this.#length - 1 - stop;
    for (let count = 0; count < fromTail; count++) this.popTail();
    for (let count = 0; count < fromHead; count++) this.popHead();
  }

  /** The elements from `start` to `stop`, both included and both within the list. */
  slice(start: number, stop: number): string[] {
    const elements: string[] = [];
    for (let index = start; index <= stop; index++) elements.push(this.#ring[this.#slot(index)] as string);
    return elements;
  }

  clone(): List {
    const copy = new List();
    for (let index = 0; index < this.#length; index++) copy.pushTail(this.#ring[this.#slot(index)] as string);
    return copy;
  }

  #slot(index: number): number {
    return (this.#head + index) & (this.#ring.length - 1);
  }

  #move(from: number, to: number): void {
    this.#ring[this.#slot(to)] = this.#ring[this.#slot(from)];
  }

  #shrinkIfSparse(): void {
    const capacity = this.#ring.length;
    if (capacity > CAPACITY_MIN && this.#length < capacity / 4) this.#resize(capacity / 2);
  }

  #resize(capacity: number): void {
    const ring: (string | undefined)[] = new Array(capacity).fill(undefined);
    for (let index = 0; index < this.#length; index++) ring[index] = this.#ring[this.#slot(index)];
    this.#ring = ring;
    this.#head = 0;
  }
}
