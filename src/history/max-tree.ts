/** Numbers at places, and the first place whose number is above another. Both in logarithmic time. */
export class MaxTree {
  readonly #leaves: number;
  readonly #greatest: Float64Array;

  /** All places hold -Infinity. */
  constructor(places: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, places)));
    this.#greatest = new Float64Array(2 * this.#leaves).fill(Number.NEGATIVE_INFINITY);
  }

  /** Puts a number at a place that had a lesser one. */
  raise(place: number, value: number): void {
    for (let node = this.#leaves + place; node > 0 && (this.#greatest[node] as number) < value; node >>= 1) {
      this.#greatest[node] = value;
    }
  }

  /** -1: there is none. */
  firstAbove(value: number): number {
    if ((this.#greatest[1] as number) <= value) return -1;
    let node = 1;
    while (node < this.#leaves) {
      node *= 2;
      if ((this.#greatest[node] as number) <= value) node++;
    }
    return node - this.#leaves;
  }
}
