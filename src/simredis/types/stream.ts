import type { ConsumerGroup } from './consumer-group.ts';
import { compareIds, idAfter, MAX_ID, MIN_ID, type RequestedId, type StreamId } from './stream-id.ts';
import { StreamNode } from './stream-node.ts';

export interface StreamEntry {
  readonly id: StreamId;
  /** Field, value, field, value, … The stream's own: not to be changed. */
  readonly fields: readonly string[];
}

/** What to trim a stream to: a length, or a smallest id. */
export type TrimGoal = { readonly maxLength: number } | { readonly minId: StreamId };

/** Dead nodes at the head are cut off once there are so many, so that a trim costs O(1) a node over time. */
const DEAD_HEAD_MAX = 64;

/** Stands where a node was, so that its entries can be collected. */
const DEAD_NODE = new StreamNode([]);

/**
 * A stream: entries in the order of their ids, in nodes of up to a hundred. Appending is O(1), finding an id O(log n),
 * trimming at the head O(1) an entry. Taking a whole node out of the middle moves the nodes on the shorter side, n/100 at
 * most, once a node.
 */
export class Stream {
  readonly type = 'stream';
  readonly groups = new Map<string, ConsumerGroup>();
  /** The last id ever given, which XSETID may move ahead. */
  lastId: StreamId = MIN_ID;
  /** The highest id that XDEL took out. */
  maxDeletedId: StreamId = MIN_ID;
  /** Entries ever added, as far as Redis knows: XSETID may set it. */
  entriesAdded = 0;
  /** Appends to this very object: it tells a parked reader whether there was news. */
  appends = 0;
  #length = 0;
  #nodes: StreamNode[] = [];
  /** Nodes before it are gone. */
  #head = 0;

  get length(): number {
    return this.#length;
  }

  /** Nodes of Redis's radix tree, as XINFO STREAM counts them. */
  get nodeCount(): number {
    return this.#nodes.length - this.#head;
  }

  /** The keys of the radix tree: each node's first id, whether that entry lives or not. */
  nodeKeys(): StreamId[] {
    return this.#nodes.slice(this.#head).map((node) => ({ ms: node.ms[0] as number, seq: node.seq[0] as number }));
  }

  /**
   * The id that an append gets. Ids from the clock go on from the last one where the clock went back.
   *
   * @returns undefined where all ids, or the sequence numbers of that millisecond, are used up.
   */
  idFor(requested: RequestedId, nowMs: number): StreamId | undefined {
    const { ms, seq } = requested;
    const last = this.lastId;
    if (ms === undefined) return nowMs > last.ms ? { ms: nowMs, seq: 0 } : idAfter(last);
    if (seq !== undefined) return { ms, seq };
    if (ms !== last.ms) return { ms, seq: 0 };
    return last.seq === Infinity ? undefined : { ms, seq: last.seq + 1 };
  }

  /**
   * Appends an entry. `id` must be above `lastId`, and `fields` (field, value, …) belongs to the stream from now on.
   */
  append(id: StreamId, fields: readonly string[]): void {
    if (compareIds(id, this.lastId) <= 0) throw new Error('a stream id must be above the last one');
    let payloadBytes = 0;
    for (let index = 0; index < fields.length; index++) payloadBytes += (fields[index] as string).length;
    let node = this.nodeCount > 0 ? this.#nodes[this.#nodes.length - 1] : undefined;
    if (node === undefined || node.isFull(payloadBytes)) {
      node = new StreamNode(fields.filter((_, index) => index % 2 === 0));
      this.#nodes.push(node);
    }
    node.append(id, fields);
    this.#length++;
    this.entriesAdded++;
    this.appends++;
    this.lastId = id;
  }

  /** The entry's fields, undefined where there is none. */
  get(id: StreamId): readonly string[] | undefined {
    const at = this.#nodeOf(id);
    if (at < 0) return undefined;
    const node = this.#nodes[at] as StreamNode;
    const index = node.seek(id);
    return index < node.ms.length && node.compareAt(index, id) === 0 ? node.fields[index] : undefined;
  }

  /** Up to `limit` entries from `start` to `end`, both included, in ascending order. */
  range(start: StreamId, end: StreamId, limit = Infinity): StreamEntry[] {
    const entries: StreamEntry[] = [];
    if (this.#length === 0 || compareIds(start, end) > 0) return entries;
    for (let at = Math.max(this.#nodeOf(start), this.#head); at < this.#nodes.length; at++) {
      const node = this.#nodes[at] as StreamNode;
      for (let index = node.seek(start); index < node.ms.length; index++) {
        const fields = node.fields[index];
        if (entries.length >= limit || node.compareAt(index, end) > 0) return entries;
        if (fields === undefined) continue;
        entries.push({ id: idAt(node, index), fields });
      }
    }
    return entries;
  }

  /** Up to `limit` entries from `end` down to `start`, both included. */
  reverseRange(end: StreamId, start: StreamId, limit = Infinity): StreamEntry[] {
    const entries: StreamEntry[] = [];
    if (this.#length === 0 || compareIds(start, end) > 0) return entries;
    for (let at = this.#nodeOf(end); at >= this.#head; at--) {
      const node = this.#nodes[at] as StreamNode;
      for (let index = lastNotAbove(node, end); index >= node.first; index--) {
        const fields = node.fields[index];
        if (entries.length >= limit || node.compareAt(index, start) < 0) return entries;
        if (fields === undefined) continue;
        entries.push({ id: idAt(node, index), fields });
      }
    }
    return entries;
  }

  /** The id of the first entry; 0-0 where there is none. */
  get firstId(): StreamId {
    for (let at = this.#head; at < this.#nodes.length; at++) {
      const node = this.#nodes[at] as StreamNode;
      if (node.live > 0) return idAt(node, node.first);
    }
    return MIN_ID;
  }

  /** The id of the last entry that was not deleted; 0-0 where there is none. */
  get topId(): StreamId {
    const last = this.#nodes[this.#nodes.length - 1];
    if (last !== undefined && this.nodeCount > 0 && last.fields[last.fields.length - 1] !== undefined)
      return this.#lastRaw(last);
    return this.reverseRange(MAX_ID, MIN_ID, 1)[0]?.id ?? MIN_ID;
  }

  /** Takes an entry out. False where there is none. */
  delete(id: StreamId): boolean {
    const at = this.#nodeOf(id);
    if (at < 0) return false;
    const node = this.#nodes[at] as StreamNode;
    const index = node.seek(id);
    if (index >= node.ms.length || node.compareAt(index, id) !== 0 || node.fields[index] === undefined) return false;
    if (node.live === 1) this.#removeNode(at);
    else node.remove(index);
    this.#length--;
    if (compareIds(id, this.maxDeletedId) > 0) this.maxDeletedId = id;
    return true;
  }

  /**
   * Trims from the head. Approximate trimming takes whole nodes only.
   *
   * @param limit no node is taken that would bring the number of removed entries above it; 0 is no limit.
   * @returns how many entries are gone.
   */
  trim(goal: TrimGoal, approximate: boolean, limit = 0): number {
    let removed = 0;
    while (this.nodeCount > 0) {
      if ('maxLength' in goal && this.#length <= goal.maxLength) break;
      const node = this.#nodes[this.#head] as StreamNode;
      if (limit > 0 && removed + node.live > limit) break;
      const whole =
        'maxLength' in goal
          ? this.#length - node.live >= goal.maxLength
          : compareIds(this.#lastRaw(node), goal.minId) < 0;
      if (!whole) {
        if (!approximate) removed += this.#trimWithin(node, goal);
        break;
      }
      removed += node.live;
      this.#length -= node.live;
      this.#removeNode(this.#head);
    }
    return removed;
  }

  /** A stream of its own with the same entries, groups and counters, for COPY. */
  copy(): Stream {
    const copy = new Stream();
    copy.lastId = this.lastId;
    copy.maxDeletedId = this.maxDeletedId;
    copy.entriesAdded = this.entriesAdded;
    copy.#length = this.#length;
    for (let at = this.#head; at < this.#nodes.length; at++) copy.#nodes.push((this.#nodes[at] as StreamNode).copy());
    for (const [name, group] of this.groups) copy.groups.set(name, group.copy());
    return copy;
  }

  /** Entries of one node, one by one. A node may be left with none: Redis keeps it, and so does the model. */
  #trimWithin(node: StreamNode, goal: TrimGoal): number {
    let removed = 0;
    while (node.first < node.ms.length) {
      if ('maxLength' in goal ? this.#length <= goal.maxLength : node.compareAt(node.first, goal.minId) >= 0) break;
      node.remove(node.first);
      this.#length--;
      removed++;
    }
    return removed;
  }

  #lastRaw(node: StreamNode): StreamId {
    return idAt(node, node.ms.length - 1);
  }

  /** Index of the last node whose key is not above `id`; one before the head where there is none. */
  #nodeOf(id: StreamId): number {
    let low = this.#head;
    let high = this.#nodes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#nodes[middle] as StreamNode).compareAt(0, id) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1 < this.#head ? -1 : low - 1;
  }

  #removeNode(at: number): void {
    const nodes = this.#nodes;
    if (at - this.#head < nodes.length - at) {
      nodes.copyWithin(this.#head + 1, this.#head, at);
      nodes[this.#head] = DEAD_NODE;
      this.#head++;
    } else {
      nodes.splice(at, 1);
    }
    if (this.#head >= DEAD_HEAD_MAX && this.#head * 2 >= nodes.length) {
      nodes.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

function idAt(node: StreamNode, index: number): StreamId {
  return { ms: node.ms[index] as number, seq: node.seq[index] as number };
}

/** Index of the last entry, deleted or not, whose id is not above `id`. */
function lastNotAbove(node: StreamNode, id: StreamId): number {
  const index = node.seek(id);
  return index < node.ms.length && node.compareAt(index, id) === 0 ? index : index - 1;
}
