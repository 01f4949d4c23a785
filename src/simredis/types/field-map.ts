/** Up to so many fields a hash is a flat list, which is smaller and faster than a Map; Redis does the same with a listpack. */
const FLAT_FIELDS_MAX = 16;

/** A hash's fields and values in insertion order; a Map that is cheap while it is small. */
export class FieldMap {
  /** Field, value, field, value …; unused once `#map` is there. */
  #flat: string[] = [];
  #map: Map<string, string> | undefined;

  get size(): number {
    return this.#map?.size ?? this.#flat.length / 2;
  }

  get(field: string): string | undefined {
    if (this.#map) return this.#map.get(field);
    const at = this.#indexOf(field);
    return at < 0 ? undefined : this.#flat[at + 1];
  }

  has(field: string): boolean {
    return this.#map?.has(field) ?? this.#indexOf(field) >= 0;
  }

  set(field: string, value: string): void {
    if (this.#map) {
      this.#map.set(field, value);
      return;
    }
    const at = this.#indexOf(field);
    if (at >= 0) this.#flat[at + 1] = value;
    else if (this.#flat.length < FLAT_FIELDS_MAX * 2) this.#flat.push(field, value);
    else {
      this.#map = new Map(this);
      this.#map.set(field, value);
      this.#flat = [];
    }
  }

  delete(field: string): boolean {
    if (this.#map) return this.#map.delete(field);
    const at = this.#indexOf(field);
    if (at >= 0) this.#flat.splice(at, 2);
    return at >= 0;
  }

  *[Symbol.iterator](): IterableIterator<[field: string, value: string]> {
    if (this.#map) yield* this.#map;
    else
      for (let at = 0; at < this.#flat.length; at += 2) yield [this.#flat[at] as string, this.#flat[at + 1] as string];
  }

  /** Field, value, field, value …, as HGETALL answers. A fresh array. */
  pairs(): string[] {
    return this.#map ? [...this.#map].flat() : this.#flat.slice();
  }

  keys(): string[] {
    return this.#map ? [...this.#map.keys()] : this.#flat.filter((_, at) => at % 2 === 0);
  }

  values(): string[] {
    return this.#map ? [...this.#map.values()] : this.#flat.filter((_, at) => at % 2 === 1);
  }

  #indexOf(field: string): number {
    for (let at = 0; at < this.#flat.length; at += 2) if (this.#flat[at] === field) return at;
    return -1;
  }
}
