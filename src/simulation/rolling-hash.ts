/**
 * A 64-bit fingerprint of everything that happened, folded in as it happens: two runs are the same run when their
 * fingerprints are. Not cryptographic; integer arithmetic only, so that every machine agrees.
 */
export class RollingHash {
  #low = 0x811c9dc5 | 0;
  #high = 0x9747b28c | 0;

  /** Folds a time, of up to 53 bits, and a small whole number. */
  event(timeUs: number, origin: number): void {
    const low = Math.imul(this.#low ^ (timeUs | 0), 0x01000193) ^ (this.#high >>> 15);
    const high = Math.imul(this.#high ^ ((timeUs * 2 ** -32) | 0) ^ (low >>> 7), 0x85ebca6b);
    this.#low = Math.imul(low ^ origin, 0x01000193);
    this.#high = high ^ (low >>> 11);
  }

  /** Folds a text, its length included, so that neighbouring texts cannot swap characters unseen. */
  text(value: string): void {
    let low = Math.imul(this.#low ^ (value.length + 1), 0x01000193);
    // The second lane takes what the first has shifted out at each step, one addition instead of a multiplication.
    let high = this.#high;
    for (let index = 0; index < value.length; index++) {
      low = Math.imul(low ^ value.charCodeAt(index), 0x01000193);
      high = (high + (low >>> 13)) | 0;
    }
    this.#low = low;
    this.#high = Math.imul(high ^ low, 0x85ebca6b);
  }

  /** Sixteen hexadecimal digits. */
  digest(): string {
    return hex(this.#high) + hex(this.#low);
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
