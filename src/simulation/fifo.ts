const INITIAL_CAPACITY = 16;

/**
 * First in, first out, over a ring that only grows: nothing is allocated or given back once it is as large as it needs to be.
 * (An array that is emptied by `length = 0` gives its memory back each time.)
 */
export class Fifo<T> {
  #ring: (T | undefined)[] = new Array<T | undefined>(INITIAL_CAPACITY).fill(undefined);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = item;
    this.#length++;
  }

  /** The oldest item; only where `length` is above 0. */
  shift(): T {
    const item = this.#ring[this.#head] as T;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    return item;
  }

  /** The oldest item, which stays; only where `length` is above 0. */
  get first(): T {
    return this.#ring[this.#head] as T;
  }

  clear(): void {
    this.#ring.fill(undefined);
    this.#head = 0;
    this.#length = 0;
  }

  /** Its length stays a power of two, so that a mask wraps it. */
  #grow(): void {
    const { length } = this.#ring;
    const ring = new Array<T | undefined>(length * 2).fill(undefined);
    for (let index = 0; index < length; index++) ring[index] = this.#ring[(this.#head + index) & (length - 1)];
    this.#ring = ring;
    this.#head = 0;
  }
}
