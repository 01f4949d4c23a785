import type { Command, CommandContext } from '../command.ts';
import { parseInteger } from '../numbers.ts';
import { ErrorReply, type Reply, SYNTAX_ERROR } from '../reply.ts';
import type { ConsumerGroup } from '../types/consumer-group.ts';
import type { PendingEntry } from '../types/pending-list.ts';
import type { Stream } from '../types/stream.ts';
import { compareIds, formatId, MIN_ID, parseId, parseStart, type StreamId, storable } from '../types/stream-id.ts';

/** Entries that XAUTOCLAIM takes where COUNT is not given. */
const AUTOCLAIM_COUNT_DEFAULT = 100;
/** For each entry that it may claim, XAUTOCLAIM looks at so many. */
const AUTOCLAIM_ATTEMPTS_FACTOR = 10;
/** LONG_MAX / sizeof(streamID). */
const AUTOCLAIM_COUNT_MAX = 2 ** 59 - 1;
const FIRST_ID = 5;

const XCLAIM_IDLE_INVALID = new ErrorReply('ERR Invalid min-idle-time argument for XCLAIM');
const XAUTOCLAIM_IDLE_INVALID = new ErrorReply('ERR Invalid min-idle-time argument for XAUTOCLAIM');
const COUNT_NOT_POSITIVE = new ErrorReply('ERR COUNT must be > 0');

/** XCLAIM and XAUTOCLAIM. */
export const STREAM_CLAIM_COMMANDS: readonly Command[] = [
  { name: 'xclaim', arity: -6, keys: [1, 1, 1], write: true, run: claim },
  { name: 'xautoclaim', arity: -6, keys: [1, 1, 1], write: true, run: autoclaim },
];

function claim({ db, nowMs }: CommandContext, argv: readonly string[]): Reply {
  const { stream, group } = streamAndGroup(db, argv);
  const minIdleMs = Math.max(0, parseInteger(argv[4] as string, XCLAIM_IDLE_INVALID));
  const ids = leadingIds(argv);
  const options = parseClaimOptions(argv, FIRST_ID + ids.length, nowMs);
  const { force, justId, deliveries, lastId } = options;
  if (compareIds(lastId, group.lastId) > 0) group.lastId = storable(lastId);
  const deliveredMs = saneDeliveryTime(options.deliveredMs, nowMs);
  const reply: Reply[] = [];
  for (const id of ids) {
    const fields = stream.get(id);
    if (fields === undefined) {
      group.acknowledge(id);
      continue;
    }
    const known = group.pending.get(id);
    if (known === undefined && !force) continue;
    if (known !== undefined && minIdleMs > 0 && nowMs - known.deliveredMs < minIdleMs) continue;
    // Redis makes the consumer with the first entry that it gets.
    const consumer = group.seen(argv[3] as string, nowMs);
    const entry = known ?? group.force(id, consumer, nowMs);
    group.assign(entry, consumer);
    entry.deliveredMs = deliveredMs;
    if (deliveries !== undefined) entry.deliveries = deliveries;
    else if (!justId) entry.deliveries++;
    reply.push(justId ? formatId(id) : [formatId(id), fields.slice()]);
  }
  return reply;
}

/** The ids end where the first argument is none: options follow. */
function leadingIds(argv: readonly string[]): StreamId[] {
  const ids: StreamId[] = [];
  for (let index = FIRST_ID; index < argv.length; index++) {
    try {
      ids.push(parseId(argv[index] as string));
    } catch (error) {
      if (error instanceof ErrorReply) return ids;
      throw error;
    }
  }
  return ids;
}

interface ClaimOptions {
  force: boolean;
  justId: boolean;
  /** TIME, or IDLE counted back from now. */
  deliveredMs: number | undefined;
  /** RETRYCOUNT. */
  deliveries: number | undefined;
  lastId: StreamId;
}

function parseClaimOptions(argv: readonly string[], start: number, nowMs: number): ClaimOptions {
  const options: ClaimOptions = {
    force: false,
    justId: false,
    deliveredMs: undefined,
    deliveries: undefined,
    lastId: MIN_ID,
  };
  for (let index = start; index < argv.length; index++) {
    const sent = argv[index] as string;
    const option = sent.toLowerCase();
    const more = index + 1 < argv.length;
    if (option === 'force') options.force = true;
    else if (option === 'justid') options.justId = true;
    else if (option === 'idle' && more) options.deliveredMs = nowMs - parseNamed('IDLE', argv[++index] as string);
    else if (option === 'time' && more) options.deliveredMs = parseNamed('TIME', argv[++index] as string);
    else if (option === 'retrycount' && more) {
      const deliveries = parseNamed('RETRYCOUNT', argv[++index] as string);
      options.deliveries = deliveries < 0 ? undefined : deliveries;
    } else if (option === 'lastid' && more) options.lastId = parseId(argv[++index] as string);
    else throw new ErrorReply(`ERR Unrecognized XCLAIM option '${sent}'`);
  }
  return options;
}

function parseNamed(option: string, bytes: string): number {
  return parseInteger(bytes, new ErrorReply(`ERR Invalid ${option} option argument for XCLAIM`));
}

/** Redis takes now for a time that cannot be: clients compute it by clocks of their own. */
function saneDeliveryTime(deliveredMs: number | undefined, nowMs: number): number {
  return deliveredMs === undefined || deliveredMs < 0 || deliveredMs > nowMs ? nowMs : deliveredMs;
}

function autoclaim({ db, nowMs }: CommandContext, argv: readonly string[]): Reply {
  const minIdleMs = Math.max(0, parseInteger(argv[4] as string, XAUTOCLAIM_IDLE_INVALID));
  const start = parseStart(argv[5] as string);
  const { count, justId } = parseAutoclaimOptions(argv);
  const { stream, group } = streamAndGroup(db, argv);
  const claimed: Reply[] = [];
  const gone: StreamId[] = [];
  let cursor: StreamId = MIN_ID;
  let attempts = count * AUTOCLAIM_ATTEMPTS_FACTOR;
  group.pending.scan(start, (entry: PendingEntry) => {
    if (attempts-- === 0 || claimed.length + gone.length >= count) {
      cursor = entry.id;
      return false;
    }
    const fields = stream.get(entry.id);
    if (fields === undefined) {
      gone.push(entry.id);
      return true;
    }
    if (minIdleMs > 0 && nowMs - entry.deliveredMs < minIdleMs) return true;
    group.assign(entry, group.seen(argv[3] as string, nowMs));
    entry.deliveredMs = nowMs;
    if (!justId) entry.deliveries++;
    const id = formatId(entry.id);
    claimed.push(justId ? id : [id, fields.slice()]);
    return true;
  });
  for (const id of gone) group.acknowledge(id);
  return [formatId(cursor), claimed, gone.map(formatId)];
}

function parseAutoclaimOptions(argv: readonly string[]): { count: number; justId: boolean } {
  let count = AUTOCLAIM_COUNT_DEFAULT;
  let justId = false;
  for (let index = 6; index < argv.length; index++) {
    const option = (argv[index] as string).toLowerCase();
    if (option === 'count' && index + 1 < argv.length) {
      count = parseInteger(argv[++index] as string, COUNT_NOT_POSITIVE);
      if (count < 1 || count > AUTOCLAIM_COUNT_MAX) throw COUNT_NOT_POSITIVE;
    } else if (option === 'justid') {
      justId = true;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  return { count, justId };
}

function streamAndGroup(db: CommandContext['db'], argv: readonly string[]): { stream: Stream; group: ConsumerGroup } {
  const key = argv[1] as string;
  const name = argv[2] as string;
  const stream = db.stream(key);
  const group = stream?.groups.get(name);
  if (stream !== undefined && group !== undefined) return { stream, group };
  throw new ErrorReply(`NOGROUP No such key '${key}' or consumer group '${name}'`);
}
