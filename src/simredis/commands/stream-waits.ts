import { BLOCKED, type CommandContext, type Wait } from '../command.ts';
import { ErrorReply, NIL_ARRAY, type Reply } from '../reply.ts';
import type { ConsumerGroup } from '../types/consumer-group.ts';
import { Stream } from '../types/stream.ts';
import { compareIds, type StreamId } from '../types/stream-id.ts';
import type { StreamRead } from './stream-reads.ts';
import { deliver, entriesAfter, newEntries } from './stream-replies.ts';

/** Redis gives a client that was parked no more than this at once, where it named no COUNT. */
const BLOCKED_COUNT_DEFAULT = 1000;

const KEY_GONE = new ErrorReply('UNBLOCKED the stream key no longer exists');
const GROUP_GONE = new ErrorReply('NOGROUP the consumer group this client was blocked on no longer exists');

/** A stream that a client waits for, as it was when it was last looked at. */
interface Target {
  readonly key: string;
  /** Undefined for a group, which knows itself how far it has read. */
  readonly after: StreamId | undefined;
  stream: Stream | undefined;
  group: ConsumerGroup | undefined;
  appends: number;
}

/**
 * XREAD and XREADGROUP waiting for news.
 *
 * Redis looks at a parked client again when an entry is added, the group is destroyed, or the key comes or goes, and not
 * when a stream changes otherwise. A key is touched more often than that, hence the comparison with the last look. The
 * answer holds one stream only, that which has become ready.
 */
export class BlockedStreamRead implements Wait {
  readonly keys: readonly string[];
  readonly rivals: string | undefined;
  readonly timeoutMs: number;
  readonly onTimeout: Reply = NIL_ARRAY;
  readonly #request: StreamRead;
  readonly #targets: readonly Target[];

  constructor(
    { db }: CommandContext,
    request: StreamRead,
    timeoutMs: number,
    afters: readonly (StreamId | undefined)[],
  ) {
    this.#request = request;
    this.keys = request.keys;
    this.rivals = request.reader?.group;
    this.timeoutMs = timeoutMs;
    this.#targets = request.keys.map((key, index) => {
      const stream = db.stream(key);
      const group = request.reader && stream?.groups.get(request.reader.group);
      return { key, after: afters[index], stream, group, appends: stream?.appends ?? 0 };
    });
  }

  attempt(context: CommandContext, readyKey?: string): Reply | typeof BLOCKED {
    for (const target of this.#targets) {
      if (readyKey !== undefined && target.key !== readyKey) continue;
      const entries = this.#attemptOne(context, target);
      if (entries !== undefined) return [[target.key, entries]];
    }
    return BLOCKED;
  }

  #attemptOne({ db, nowMs }: CommandContext, target: Target): Reply[] | undefined {
    const { reader } = this.#request;
    const value = db.get(target.key);
    const stream = value instanceof Stream ? value : undefined;
    const group = reader && stream?.groups.get(reader.group);
    if (reader !== undefined) {
      if (stream === undefined) throw KEY_GONE;
      if (group === undefined) throw GROUP_GONE;
    }
    const changed = stream !== target.stream || group !== target.group || stream?.appends !== target.appends;
    if (stream === undefined || !changed) return undefined;
    target.stream = stream;
    target.group = group;
    target.appends = stream.appends;
    const after = group?.lastId ?? (target.after as StreamId);
    if (compareIds(stream.lastId, after) <= 0) return undefined;
    const count = this.#request.count || BLOCKED_COUNT_DEFAULT;
    if (reader === undefined || group === undefined) return entriesAfter(stream, after, count);
    return deliver(stream, group, newEntries(stream, group, count), reader, nowMs);
  }
}
