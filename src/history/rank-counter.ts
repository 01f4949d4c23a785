/** Counts numbers of a known set, and how many of those counted are above another. Both in logarithmic time (a Fenwick tree). */
export class RankCounter {
  readonly #sorted: readonly number[];
  readonly #counts: Int32Array;
  #total = 0;

  /** @param sorted all that may be counted, ascending, distinct */
  constructor(sorted: readonly number[]) {
    this.#sorted = sorted;
    this.#counts = new Int32Array(sorted.length + 1);
  }

  add(value: number): void {
    this.#total++;
    for (let node = this.#notAbove(value); node < this.#counts.length; node += node & -node) {
      this.#counts[node] = (this.#counts[node] as number) + 1;
    }
  }

  /** How many of those added are above a number. */
  above(value: number): number {
    let below = 0;
    for (let node = this.#notAbove(value); node > 0; node -= node & -node) below += this.#counts[node] as number;
    return this.#total - below;
  }

  /** How many of the set are not above a number. */
  #notAbove(value: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
