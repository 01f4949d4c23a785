/**
 * A level that goes up and down over time, from its first change to its last. Sums whole µs, so that the mean does not depend on
 * the order of additions.
 */
export class TimeWeightedGauge {
  #level = 0;
  #max = 0;
  #areaUs = 0;
  #sinceUs: number | undefined;
  #changedAtUs = 0;

  /** Changes the level by `delta` at a time that is not before the last. */
  change(timeUs: number, delta: number): void {
    if (this.#sinceUs === undefined) this.#sinceUs = timeUs;
    else this.#areaUs += this.#level * (timeUs - this.#changedAtUs);
    this.#changedAtUs = timeUs;
    this.#level += delta;
    if (this.#level > this.#max) this.#max = this.#level;
  }

  get level(): number {
    return this.#level;
  }

  get max(): number {
    return this.#max;
  }

  /** Level × time, in µs, up to the last change. */
  get areaUs(): number {
    return this.#areaUs;
  }

  /** 0 where no time has passed. */
  get mean(): number {
    const spanUs = this.#changedAtUs - (this.#sinceUs ?? this.#changedAtUs);
    return spanUs === 0 ? 0 : this.#areaUs / spanUs;
  }
}
