import type { Consumer } from './consumer-group.ts';
import { compareIds, type StreamId } from './stream-id.ts';

/** An entry that was delivered and not yet acknowledged. */
export class PendingEntry {
  readonly id: StreamId;
  consumer: Consumer;
  /** Of the last delivery, in ms since the epoch. */
  deliveredMs: number;
  deliveries = 1;

  constructor(id: StreamId, consumer: Consumer, deliveredMs: number) {
    this.id = id;
    this.consumer = consumer;
    this.deliveredMs = deliveredMs;
  }
}

/** Entries of a chunk before it is split: moving so many pointers costs no more than finding the place. */
const CHUNK_MAX = 128;
/** Two neighbouring chunks that hold no more than this together become one. */
const CHUNK_MERGE_MAX = 64;

/**
 * Pending entries in the order of their ids (Redis's PEL): a sorted array in chunks. Finding, adding and removing are
 * O(log n) and a move within one chunk; adding at the end and removing at the head, which is what a queue does, are O(1).
 */
export class PendingList {
  readonly #chunks: PendingEntry[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): PendingEntry | undefined {
    return this.#chunks[0]?.[0];
  }

  get last(): PendingEntry | undefined {
    const chunk = this.#chunks.at(-1);
    return chunk?.[chunk.length - 1];
  }

  get(id: StreamId): PendingEntry | undefined {
    if (this.#size === 0) return undefined;
    const chunk = this.#chunks[this.#chunkOf(id)] as PendingEntry[];
    const entry = chunk[seek(chunk, id)];
    return entry !== undefined && compareIds(entry.id, id) === 0 ? entry : undefined;
  }

  /** Adds an entry. Its id must not be in the list. */
  add(entry: PendingEntry): void {
    const last = this.last;
    if (last === undefined || compareIds(entry.id, last.id) > 0) {
      this.#append(entry);
      return;
    }
    const at = this.#chunkOf(entry.id);
    const chunk = this.#chunks[at] as PendingEntry[];
    const index = seek(chunk, entry.id);
    const present = chunk[index];
    if (present !== undefined && compareIds(present.id, entry.id) === 0) throw new Error('the id is pending already');
    chunk.splice(index, 0, entry);
    this.#size++;
    if (chunk.length > CHUNK_MAX) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_MAX / 2));
  }

  /** Takes out the entry with that id and returns it. */
  remove(id: StreamId): PendingEntry | undefined {
    if (this.#size === 0) return undefined;
    const at = this.#chunkOf(id);
    const chunk = this.#chunks[at] as PendingEntry[];
    const index = seek(chunk, id);
    const entry = chunk[index];
    if (entry === undefined || compareIds(entry.id, id) !== 0) return undefined;
    if (index === 0) chunk.shift();
    else chunk.splice(index, 1);
    this.#size--;
    if (chunk.length <= CHUNK_MERGE_MAX / 2) this.#shrink(at);
    return entry;
  }

  /** Visits entries from `start` on, in order, until `visit` answers false. The list must not change meanwhile. */
  scan(start: StreamId, visit: (entry: PendingEntry) => boolean): void {
    if (this.#size === 0) return;
    let at = this.#chunkOf(start);
    let index = seek(this.#chunks[at] as PendingEntry[], start);
    for (; at < this.#chunks.length; at++, index = 0) {
      const chunk = this.#chunks[at] as PendingEntry[];
      for (; index < chunk.length; index++) if (!visit(chunk[index] as PendingEntry)) return;
    }
  }

  #append(entry: PendingEntry): void {
    const chunk = this.#chunks[this.#chunks.length - 1];
    if (chunk !== undefined && chunk.length < CHUNK_MAX) chunk.push(entry);
    else this.#chunks.push([entry]);
    this.#size++;
  }

  /** Removes an empty chunk, or joins a small one with the next. */
  #shrink(at: number): void {
    const chunk = this.#chunks[at] as PendingEntry[];
    if (chunk.length === 0) {
      if (at === 0) this.#chunks.shift();
      else this.#chunks.splice(at, 1);
      return;
    }
    const next = this.#chunks[at + 1];
    if (next === undefined || chunk.length + next.length > CHUNK_MERGE_MAX) return;
    this.#chunks.splice(at, 2, chunk.concat(next));
  }

  /** Index of the last chunk that starts at or before `id`, the first chunk where none does. */
  #chunkOf(id: StreamId): number {
    let low = 1;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareIds(((this.#chunks[middle] as PendingEntry[])[0] as PendingEntry).id, id) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Index of the first entry of the chunk whose id is not below `id`. */
function seek(chunk: readonly PendingEntry[], id: StreamId): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareIds((chunk[middle] as PendingEntry).id, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
