import type { StreamId } from './stream-id.ts';

/** Redis's stream-node-max-entries, deleted ones counted. */
export const NODE_ENTRIES_MAX = 100;
/** Redis's stream-node-max-bytes. */
export const NODE_BYTES_MAX = 4096;

/** A listpack's total-bytes and element count, and its terminator. */
const LISTPACK_FRAME_BYTES = 7;
/** A listpack element that holds 0–127: one byte of data, one of length. */
const SMALL_INTEGER_BYTES = 2;
const INT64_MAX_TEXT = '9223372036854775807';
const INT64_MIN_DIGITS = '9223372036854775808';
/** Digits beyond which a value may need all the 64 bits, as its size in a listpack is then the same: 9 bytes. */
const INT32_DIGITS_MAX = 10;

/**
 * A macro node of a stream: up to a hundred entries in a row.
 *
 * Redis trims with `~` by whole nodes, so where a node ends is visible in XLEN. Hence the bytes that the node's listpack
 * would have are counted here as Redis counts them: field names equal to those of the node's first entry are stored once,
 * integers are packed, and what XDEL takes out keeps its place until the whole node is gone.
 */
export class StreamNode {
  /** Ids of all entries, the deleted ones too, in order. The first is the node's key. */
  readonly ms: number[] = [];
  readonly seq: number[] = [];
  /** Field, value, field, value, …; undefined where the entry was deleted. */
  readonly fields: (readonly string[] | undefined)[] = [];
  /** Entries that were not deleted. */
  live = 0;
  /** Everything before it is deleted. */
  first = 0;
  #bytes = 0;
  /** The first entry's field names, which the others need not repeat. */
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
    let bytes = LISTPACK_FRAME_BYTES + 3 * SMALL_INTEGER_BYTES + integerBytes(names.length);
    for (const name of names) bytes += elementBytes(name);
    this.#bytes = bytes;
  }

  /** Whether Redis would start another node for an entry whose fields and values have so many bytes. */
  isFull(payloadBytes: number): boolean {
    return this.ms.length >= NODE_ENTRIES_MAX || this.#bytes + payloadBytes >= NODE_BYTES_MAX;
  }

  append(id: StreamId, fields: readonly string[]): void {
    this.#bytes += this.#entryBytes(id, fields);
    this.ms.push(id.ms);
    this.seq.push(id.seq);
    this.fields.push(fields);
    this.live++;
  }

  /** Takes an entry out and keeps its place. False where it was deleted before. */
  remove(index: number): boolean {
    if (this.fields[index] === undefined) return false;
    this.fields[index] = undefined;
    this.live--;
    while (this.first < this.fields.length && this.fields[this.first] === undefined) this.first++;
    return true;
  }

  /** Index of the first entry, deleted or not, whose id is not below `id`. */
  seek(id: StreamId): number {
    let low = this.first;
    let high = this.ms.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compareAt(middle, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Negative where the entry's id is below `id`. */
  compareAt(index: number, id: StreamId): number {
    const ms = this.ms[index] as number;
    if (ms !== id.ms) return ms < id.ms ? -1 : 1;
    const seq = this.seq[index] as number;
    return seq === id.seq ? 0 : seq < id.seq ? -1 : 1;
  }

  copy(): StreamNode {
    const copy = new StreamNode(this.#names);
    for (const ms of this.ms) copy.ms.push(ms);
    for (const seq of this.seq) copy.seq.push(seq);
    for (const fields of this.fields) copy.fields.push(fields);
    copy.live = this.live;
    copy.first = this.first;
    copy.#bytes = this.#bytes;
    return copy;
  }

  #entryBytes(id: StreamId, fields: readonly string[]): number {
    const first = this.ms.length === 0;
    const pairs = fields.length / 2;
    const sameNames = first || this.#hasNames(fields);
    let bytes = SMALL_INTEGER_BYTES;
    bytes += first ? SMALL_INTEGER_BYTES : integerBytes(difference(id.ms, this.ms[0] as number));
    bytes += first ? SMALL_INTEGER_BYTES : integerBytes(difference(id.seq, this.seq[0] as number));
    if (!sameNames) bytes += integerBytes(pairs);
    for (let index = sameNames ? 1 : 0; index < fields.length; index += sameNames ? 2 : 1) {
      bytes += elementBytes(fields[index] as string);
    }
    return bytes + integerBytes(sameNames ? pairs + 3 : 2 * pairs + 4);
  }

  #hasNames(fields: readonly string[]): boolean {
    const names = this.#names;
    if (names.length * 2 !== fields.length) return false;
    for (let index = 0; index < names.length; index++) if (names[index] !== fields[index * 2]) return false;
    return true;
  }
}

/** Redis subtracts in 64 bits, wrapping, where Infinity is 2^64 − 1. */
function difference(part: number, base: number): number {
  if (part === base) return 0;
  return (part === Infinity ? -1 : part) - (base === Infinity ? -1 : base);
}

/** Bytes of a listpack element that holds an integer. */
function integerBytes(value: number): number {
  if (value >= 0 && value <= 127) return SMALL_INTEGER_BYTES;
  if (value >= -4096 && value <= 4095) return 3;
  if (value >= -32768 && value <= 32767) return 4;
  if (value >= -8388608 && value <= 8388607) return 5;
  if (value >= -2147483648 && value <= 2147483647) return 6;
  return 10;
}

/** Bytes of a listpack element that holds a string, packed where it is written as an integer of 64 bits. */
function elementBytes(text: string): number {
  const { length } = text;
  if (length <= 20 && isInteger(text)) return length > INT32_DIGITS_MAX + 1 ? 10 : integerBytes(Number(text));
  const encoded = length < 64 ? 1 + length : length < 4096 ? 2 + length : 5 + length;
  if (encoded <= 127) return encoded + 1;
  if (encoded < 16383) return encoded + 2;
  if (encoded < 2097151) return encoded + 3;
  return encoded < 268435455 ? encoded + 4 : encoded + 5;
}

function isInteger(text: string): boolean {
  const negative = text.charCodeAt(0) === 45;
  const start = negative ? 1 : 0;
  const digits = text.length - start;
  if (digits < 1 || digits > 19) return false;
  const leading = text.charCodeAt(start);
  if (leading === 48) return text.length === 1;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return digits < 19 || (negative ? text.slice(1) <= INT64_MIN_DIGITS : text <= INT64_MAX_TEXT);
}
