import { PendingEntry, PendingList } from './pending-list.ts';
import type { Stream } from './stream.ts';
import { compareIds, MIN_ID, type StreamId } from './stream-id.ts';

/** A consumer of a group, and what it has been given and has not acknowledged. */
export class Consumer {
  readonly name: string;
  readonly pending = new PendingList();
  /** When it last asked for something, in ms since the epoch. */
  seenMs: number;

  constructor(name: string, seenMs: number) {
    this.name = name;
    this.seenMs = seenMs;
  }
}

/** A consumer group: how far it has read, its consumers, and the entries pending with them. */
export class ConsumerGroup {
  lastId: StreamId;
  /** How many of the entries ever added the group has read; undefined where Redis cannot tell. */
  entriesRead: number | undefined;
  readonly pending = new PendingList();
  readonly #consumers = new Map<string, Consumer>();

  constructor(lastId: StreamId, entriesRead?: number) {
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  get consumerCount(): number {
    return this.#consumers.size;
  }

  /** By name, in the order of bytes, as Redis lists them. */
  consumers(): Consumer[] {
    return [...this.#consumers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  consumer(name: string): Consumer | undefined {
    return this.#consumers.get(name);
  }

  /** The consumer of that name, made if need be, and seen now. */
  seen(name: string, nowMs: number): Consumer {
    const known = this.#consumers.get(name);
    if (known !== undefined) {
      known.seenMs = nowMs;
      return known;
    }
    const consumer = new Consumer(name, nowMs);
    this.#consumers.set(name, consumer);
    return consumer;
  }

  /** Forgets a consumer and everything that is pending with it. Returns how much that was. */
  deleteConsumer(name: string): number {
    const consumer = this.#consumers.get(name);
    if (consumer === undefined) return 0;
    consumer.pending.scan(MIN_ID, (entry) => this.pending.remove(entry.id) !== undefined);
    this.#consumers.delete(name);
    return consumer.pending.size;
  }

  /** Moves the group's last id past a new entry that is being delivered. */
  advance(stream: Stream, id: StreamId): void {
    if (compareIds(id, this.lastId) <= 0) return;
    if (this.entriesRead !== undefined && !hasTombstones(stream, id)) this.entriesRead++;
    else if (stream.entriesAdded > 0) this.entriesRead = entriesUpTo(stream, id);
    this.lastId = id;
  }

  /** Notes that an entry was given to a consumer, whoever had it before: XGROUP SETID makes that possible. */
  deliver(id: StreamId, consumer: Consumer, nowMs: number): void {
    const last = this.pending.last;
    const known = last === undefined || compareIds(id, last.id) > 0 ? undefined : this.pending.get(id);
    if (known === undefined) {
      this.#add(new PendingEntry(id, consumer, nowMs));
      return;
    }
    this.assign(known, consumer);
    known.deliveredMs = nowMs;
    known.deliveries = 1;
  }

  /** Makes an entry pending with a consumer that was never delivered: XCLAIM FORCE. */
  force(id: StreamId, consumer: Consumer, nowMs: number): PendingEntry {
    const entry = new PendingEntry(id, consumer, nowMs);
    this.#add(entry);
    return entry;
  }

  /** Hands a pending entry over to another consumer. */
  assign(entry: PendingEntry, consumer: Consumer): void {
    if (entry.consumer === consumer) return;
    entry.consumer.pending.remove(entry.id);
    entry.consumer = consumer;
    consumer.pending.add(entry);
  }

  /** Takes an entry off the pending ones. False where it was none. */
  acknowledge(id: StreamId): boolean {
    const entry = this.pending.remove(id);
    if (entry === undefined) return false;
    entry.consumer.pending.remove(id);
    return true;
  }

  /** How many entries the group has still to read; undefined where Redis cannot tell. */
  lag(stream: Stream): number | undefined {
    if (stream.entriesAdded === 0) return 0;
    const read =
      this.entriesRead !== undefined && !hasTombstones(stream, this.lastId)
        ? this.entriesRead
        : entriesUpTo(stream, this.lastId);
    return read === undefined ? undefined : stream.entriesAdded - read;
  }

  copy(): ConsumerGroup {
    const copy = new ConsumerGroup(this.lastId, this.entriesRead);
    for (const { name, seenMs } of this.#consumers.values()) copy.#consumers.set(name, new Consumer(name, seenMs));
    this.pending.scan(MIN_ID, ({ id, consumer, deliveredMs, deliveries }) => {
      const entry = new PendingEntry(id, copy.#consumers.get(consumer.name) as Consumer, deliveredMs);
      entry.deliveries = deliveries;
      copy.#add(entry);
      return true;
    });
    return copy;
  }

  #add(entry: PendingEntry): void {
    this.pending.add(entry);
    entry.consumer.pending.add(entry);
  }
}

/** Whether XDEL took anything out at `start` or later and behind the first entry, which makes counting by difference impossible. */
function hasTombstones(stream: Stream, start: StreamId): boolean {
  const { maxDeletedId } = stream;
  if (stream.length === 0 || compareIds(maxDeletedId, MIN_ID) === 0) return false;
  return compareIds(start, maxDeletedId) <= 0 && compareIds(stream.firstId, maxDeletedId) <= 0;
}

/** How many entries were added up to `id`, that one included, in the stream's whole life; undefined where unknown. */
function entriesUpTo(stream: Stream, id: StreamId): number | undefined {
  const { entriesAdded } = stream;
  if (entriesAdded === 0) return 0;
  const toLast = compareIds(id, stream.lastId);
  if (toLast === 0 || (toLast < 0 && stream.length === 0)) return entriesAdded;
  if (toLast > 0) return undefined;
  const { firstId, maxDeletedId } = stream;
  const fragmented = compareIds(maxDeletedId, MIN_ID) !== 0 && compareIds(maxDeletedId, firstId) >= 0;
  if (fragmented) return undefined;
  const toFirst = compareIds(id, firstId);
  if (toFirst < 0) return entriesAdded - stream.length;
  return toFirst === 0 ? entriesAdded - stream.length + 1 : undefined;
}
