import type { BLOCKED, Command, CommandContext } from '../command.ts';
import { parseInteger } from '../numbers.ts';
import { ErrorReply, NIL_ARRAY, type Reply, SYNTAX_ERROR } from '../reply.ts';
import type { ConsumerGroup } from '../types/consumer-group.ts';
import type { Stream } from '../types/stream.ts';
import { compareIds, MAX_ID, MIN_ID, parseId, type StreamId } from '../types/stream-id.ts';
import { deliver, entriesAfter, type GroupReader, history, newEntries } from './stream-replies.ts';
import { BlockedStreamRead } from './stream-waits.ts';

/** What XREAD and XREADGROUP were asked. */
export interface StreamRead {
  /** 0 is no limit. */
  readonly count: number;
  /** Undefined: does not block. 0 waits for ever. */
  readonly blockMs: number | undefined;
  readonly reader: GroupReader | undefined;
  readonly keys: readonly string[];
  /** For each key what the id was: `$`, `>` or an id. */
  readonly ids: readonly string[];
}

const TIMEOUT_NOT_AN_INTEGER = new ErrorReply('ERR timeout is not an integer or out of range');
const TIMEOUT_NEGATIVE = new ErrorReply('ERR timeout is negative');
const UNBALANCED = new ErrorReply(
  "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.",
);
const GROUP_IN_XREAD = new ErrorReply(
  'ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.',
);
const NOACK_IN_XREAD = new ErrorReply(
  'ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.',
);
const GROUP_MISSING = new ErrorReply('ERR Missing GROUP option for XREADGROUP');
const DOLLAR_IN_XREADGROUP = new ErrorReply(
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by ' +
    'specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.',
);
const NEW_ID_IN_XREAD = new ErrorReply(
  'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
);

/** XREAD and XREADGROUP. */
export const STREAM_READ_COMMANDS: readonly Command[] = [
  { name: 'xread', arity: -4, keys: keysOfRead, write: false, run: (context, argv) => read(context, argv, false) },
  { name: 'xreadgroup', arity: -7, keys: keysOfRead, write: true, run: (context, argv) => read(context, argv, true) },
];

function read(context: CommandContext, argv: readonly string[], grouped: boolean): Reply | typeof BLOCKED {
  const request = parseRead(context, argv, grouped);
  const { db } = context;
  const { reader, keys, blockMs } = request;
  const groups: ConsumerGroup[] = [];
  const afters: (StreamId | undefined)[] = [];
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    const stream = db.stream(key);
    if (reader !== undefined) {
      const group = stream?.groups.get(reader.group);
      if (group === undefined) throw noGroup(key, reader.group);
      groups.push(group);
    }
    afters.push(parseAfter(request.ids[index] as string, stream, grouped));
  }
  const reply = reader ? readForGroup(context, request, reader, groups, afters) : readPlainly(context, request, afters);
  if (reply.length > 0) return reply;
  if (blockMs === undefined || !context.mayBlock) return NIL_ARRAY;
  return context.server.wait(context, new BlockedStreamRead(context, request, blockMs, afters));
}

function readPlainly(
  { db }: CommandContext,
  { keys, count }: StreamRead,
  afters: readonly (StreamId | undefined)[],
): Reply[] {
  const reply: Reply[] = [];
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    const stream = db.stream(key);
    if (stream === undefined) continue;
    const entries = entriesAfter(stream, afters[index] as StreamId, count);
    if (entries.length > 0) reply.push([key, entries]);
  }
  return reply;
}

function readForGroup(
  { db, nowMs }: CommandContext,
  { keys, count }: StreamRead,
  reader: GroupReader,
  groups: readonly ConsumerGroup[],
  afters: readonly (StreamId | undefined)[],
): Reply[] {
  const reply: Reply[] = [];
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    const after = afters[index];
    const group = groups[index] as ConsumerGroup;
    const stream = db.get(key) as Stream;
    if (after !== undefined) {
      reply.push([key, history(stream, group.seen(reader.consumer, nowMs), after, nowMs, count)]);
    } else {
      const entries = newEntries(stream, group, count);
      if (entries.length > 0) reply.push([key, deliver(stream, group, entries, reader, nowMs)]);
    }
  }
  return reply;
}

/** Undefined stands for `>`. */
function parseAfter(bytes: string, stream: Stream | undefined, grouped: boolean): StreamId | undefined {
  if (bytes === '$') {
    if (grouped) throw DOLLAR_IN_XREADGROUP;
    return stream?.lastId ?? MIN_ID;
  }
  if (bytes === '>') {
    if (!grouped) throw NEW_ID_IN_XREAD;
    return undefined;
  }
  const id = parseId(bytes);
  // Redis marks `>` by the highest of all ids, so that this one means the same.
  return grouped && compareIds(id, MAX_ID) === 0 ? undefined : id;
}

function parseRead({ inScript }: CommandContext, argv: readonly string[], grouped: boolean): StreamRead {
  let count = 0;
  let blockMs: number | undefined;
  let group: string | undefined;
  let consumer = '';
  let noAck = false;
  let streams = 0;
  for (let index = 1; index < argv.length && streams === 0; index++) {
    const option = (argv[index] as string).toLowerCase();
    const more = argv.length - index - 1;
    if (option === 'block' && more > 0) {
      if (inScript) throw new ErrorReply(`ERR ${argv[0]} command is not allowed with BLOCK option from scripts`);
      blockMs = parseInteger(argv[++index] as string, TIMEOUT_NOT_AN_INTEGER);
      if (blockMs < 0) throw TIMEOUT_NEGATIVE;
    } else if (option === 'count' && more > 0) {
      count = Math.max(0, parseInteger(argv[++index] as string));
    } else if (option === 'streams' && more > 0) {
      if (more % 2 !== 0) throw UNBALANCED;
      streams = index + 1;
    } else if (option === 'group' && more > 1) {
      if (!grouped) throw GROUP_IN_XREAD;
      group = argv[++index] as string;
      consumer = argv[++index] as string;
    } else if (option === 'noack') {
      if (!grouped) throw NOACK_IN_XREAD;
      noAck = true;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  if (streams === 0) throw SYNTAX_ERROR;
  if (grouped && group === undefined) throw GROUP_MISSING;
  const middle = (streams + argv.length) / 2;
  const reader = group === undefined ? undefined : { group, consumer, noAck };
  return { count, blockMs, reader, keys: argv.slice(streams, middle), ids: argv.slice(middle) };
}

function keysOfRead(argv: readonly string[]): string[] {
  for (let index = 1; index < argv.length; index++) {
    const option = (argv[index] as string).toLowerCase();
    if (option === 'block' || option === 'count') index++;
    else if (option === 'group') index += 2;
    else if (option === 'streams') return argv.slice(index + 1, index + 1 + Math.floor((argv.length - index - 1) / 2));
    else if (option !== 'noack') return [];
  }
  return [];
}

function noGroup(key: string, group: string): ErrorReply {
  return new ErrorReply(`NOGROUP No such key '${key}' or consumer group '${group}' in XREADGROUP with GROUP option`);
}
