import { NIL_ARRAY, type Reply } from '../reply.ts';
import type { Consumer, ConsumerGroup } from '../types/consumer-group.ts';
import type { Stream, StreamEntry } from '../types/stream.ts';
import { formatId, idAfter, MAX_ID, type StreamId } from '../types/stream-id.ts';

/** On whose behalf XREADGROUP reads. */
export interface GroupReader {
  readonly group: string;
  readonly consumer: string;
  readonly noAck: boolean;
}

/** An entry as XRANGE answers it. */
export function entryReply({ id, fields }: StreamEntry): Reply {
  return [formatId(id), fields.slice()];
}

/** Entries behind `after`. `count` 0 is no limit. */
export function entriesAfter(stream: Stream, after: StreamId, count: number): Reply[] {
  const start = idAfter(after);
  return start === undefined ? [] : stream.range(start, MAX_ID, count || Infinity).map(entryReply);
}

/** What is new to the group. `count` 0 is no limit. */
export function newEntries(stream: Stream, group: ConsumerGroup, count: number): StreamEntry[] {
  const start = idAfter(group.lastId);
  return start === undefined ? [] : stream.range(start, MAX_ID, count || Infinity);
}

/** Gives new entries to a consumer, who is made if need be: the group moves on, and the entries are pending. */
export function deliver(
  stream: Stream,
  group: ConsumerGroup,
  entries: readonly StreamEntry[],
  reader: GroupReader,
  nowMs: number,
): Reply[] {
  const consumer = group.seen(reader.consumer, nowMs);
  const reply: Reply[] = [];
  for (const entry of entries) {
    group.advance(stream, entry.id);
    if (!reader.noAck) group.deliver(entry.id, consumer, nowMs);
    reply.push(entryReply(entry));
  }
  return reply;
}

/**
 * The entries that a consumer has pending behind `after`, delivered once more. One that is deleted has nil for its fields.
 * `count` 0 is no limit.
 */
export function history(stream: Stream, consumer: Consumer, after: StreamId, nowMs: number, count: number): Reply[] {
  const reply: Reply[] = [];
  const start = idAfter(after);
  if (start === undefined) return reply;
  const limit = count || Infinity;
  consumer.pending.scan(start, (entry) => {
    const fields = stream.get(entry.id);
    reply.push([formatId(entry.id), fields === undefined ? NIL_ARRAY : fields.slice()]);
    if (fields !== undefined) {
      entry.deliveredMs = nowMs;
      entry.deliveries++;
    }
    return reply.length < limit;
  });
  return reply;
}
