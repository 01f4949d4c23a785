import type { Command, CommandContext } from '../command.ts';
import { parseInteger } from '../numbers.ts';
import { ErrorReply, NIL, NIL_ARRAY, OK, type Reply, Status, SYNTAX_ERROR } from '../reply.ts';
import { ConsumerGroup } from '../types/consumer-group.ts';
import { Stream } from '../types/stream.ts';
import {
  compareIds,
  formatId,
  parseEnd,
  parseId,
  parseLenientId,
  parseStart,
  parseStoredId,
  storable,
} from '../types/stream-id.ts';
import { STREAM_CLAIM_COMMANDS } from './stream-claims.ts';
import { runSubcommand, type Subcommand, subcommandSyntaxError } from './subcommands.ts';

const NO_KEY = new ErrorReply(
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option ' +
    'to create an empty stream automatically.',
);
const BUSY_GROUP = new ErrorReply('BUSYGROUP Consumer Group name already exists');
const NEGATIVE_ENTRIES_READ = new ErrorReply('ERR value for ENTRIESREAD must be positive or -1');
const ENTRIES_READ_UNKNOWN = -1;

const XGROUP_HELP = [
  'XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'CREATE <key> <groupname> <id|$> [option]',
  '    Create a new consumer group. Options are:',
  '    * MKSTREAM',
  '      Create the empty stream if it does not exist.',
  '    * ENTRIESREAD entries_read',
  "      Set the group's entries_read counter (internal use).",
  'CREATECONSUMER <key> <groupname> <consumer>',
  '    Create a new consumer in the specified group.',
  'DELCONSUMER <key> <groupname> <consumer>',
  '    Remove the specified consumer.',
  'DESTROY <key> <groupname>',
  '    Remove the specified group.',
  'SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]',
  '    Set the current group ID and entries_read counter.',
  'HELP',
  '    Prints this help.',
];

const XGROUP_SUBCOMMANDS = new Map<string, Subcommand>([
  ['create', { arity: -5, run: createGroup }],
  ['setid', { arity: -5, run: setGroupId }],
  ['destroy', { arity: 4, run: destroyGroup }],
  ['createconsumer', { arity: 5, run: createConsumer }],
  ['delconsumer', { arity: 5, run: deleteConsumer }],
  ['help', { arity: 2, run: () => XGROUP_HELP.map((line) => new Status(line)) }],
]);

/** XGROUP, XACK, XPENDING, and with them XCLAIM and XAUTOCLAIM. XREADGROUP stands beside XREAD. */
export const STREAM_GROUP_COMMANDS: readonly Command[] = [
  {
    name: 'xgroup',
    arity: -2,
    keys: (argv) => argv.slice(2, 3),
    write: true,
    run: (context, argv) => runSubcommand('xgroup', XGROUP_SUBCOMMANDS, context, argv),
  },
  {
    name: 'xack',
    arity: -4,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const group = db.stream(argv[1] as string)?.groups.get(argv[2] as string);
      if (group === undefined) return 0;
      if (argv.length === 4) return group.acknowledge(parseId(argv[3] as string)) ? 1 : 0;
      const ids = argv.slice(3).map((bytes) => parseId(bytes));
      let acknowledged = 0;
      for (const id of ids) if (group.acknowledge(id)) acknowledged++;
      return acknowledged;
    },
  },
  { name: 'xpending', arity: -3, keys: [1, 1, 1], write: false, run: pending },
  ...STREAM_CLAIM_COMMANDS,
];

interface GroupOptions {
  readonly makeStream: boolean;
  readonly entriesRead: number | undefined;
}

function parseGroupOptions(argv: readonly string[], create: boolean): GroupOptions {
  let makeStream = false;
  let entriesRead: number | undefined;
  for (let index = 5; index < argv.length; index++) {
    const option = (argv[index] as string).toLowerCase();
    if (create && option === 'mkstream') {
      makeStream = true;
    } else if (option === 'entriesread' && index + 1 < argv.length) {
      const value = parseInteger(argv[++index] as string);
      if (value < ENTRIES_READ_UNKNOWN) throw NEGATIVE_ENTRIES_READ;
      entriesRead = value === ENTRIES_READ_UNKNOWN ? undefined : value;
    } else {
      throw subcommandSyntaxError('xgroup', argv[1] as string);
    }
  }
  return { makeStream, entriesRead };
}

function createGroup({ db }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[2] as string;
  const { makeStream, entriesRead } = parseGroupOptions(argv, true);
  const known = db.stream(key);
  if (known === undefined && !makeStream) throw NO_KEY;
  const stream = known ?? new Stream();
  const id = argv[4] === '$' ? stream.lastId : parseStoredId(argv[4] as string);
  if (known === undefined) db.set(key, stream);
  const name = argv[3] as string;
  if (stream.groups.has(name)) throw BUSY_GROUP;
  stream.groups.set(name, new ConsumerGroup(id, entriesRead));
  return OK;
}

function setGroupId({ db }: CommandContext, argv: readonly string[]): Reply {
  const { entriesRead } = parseGroupOptions(argv, false);
  const stream = streamOf(db, argv);
  const group = groupOf(stream, argv);
  if (argv.length !== 5 && argv.length !== 7) throw subcommandSyntaxError('xgroup', argv[1] as string);
  group.lastId = argv[4] === '$' ? stream.lastId : storable(parseLenientId(argv[4] as string));
  group.entriesRead = entriesRead;
  return OK;
}

function destroyGroup({ db, server }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[2] as string;
  if (!streamOf(db, argv).groups.delete(argv[3] as string)) return 0;
  // Only those who are parked hear of it: Redis does not count it as a change of the key for WATCH.
  server.blocking.touched(key);
  return 1;
}

function createConsumer({ db, nowMs }: CommandContext, argv: readonly string[]): Reply {
  const group = groupOf(streamOf(db, argv), argv);
  const name = argv[4] as string;
  if (group.consumer(name) !== undefined) return 0;
  group.seen(name, nowMs);
  return 1;
}

function deleteConsumer({ db }: CommandContext, argv: readonly string[]): Reply {
  return groupOf(streamOf(db, argv), argv).deleteConsumer(argv[4] as string);
}

function streamOf(db: CommandContext['db'], argv: readonly string[]): Stream {
  const stream = db.stream(argv[2] as string);
  if (stream === undefined) throw NO_KEY;
  return stream;
}

function groupOf(stream: Stream, argv: readonly string[]): ConsumerGroup {
  const group = stream.groups.get(argv[3] as string);
  if (group !== undefined) return group;
  throw new ErrorReply(`NOGROUP No such consumer group '${argv[3]}' for key name '${argv[2]}'`);
}

/** XPENDING's short form has three arguments; the long one names a range, before it perhaps IDLE, behind it a consumer. */
function pending({ db, nowMs }: CommandContext, argv: readonly string[]): Reply {
  if (argv.length !== 3 && (argv.length < 6 || argv.length > 9)) throw SYNTAX_ERROR;
  const range = argv.length === 3 ? undefined : parsePendingRange(argv);
  const key = argv[1] as string;
  const name = argv[2] as string;
  const group = db.stream(key)?.groups.get(name);
  if (group === undefined) throw new ErrorReply(`NOGROUP No such key '${key}' or consumer group '${name}'`);
  return range === undefined ? pendingSummary(group) : pendingEntries(group, range, nowMs);
}

function pendingSummary(group: ConsumerGroup): Reply {
  const { first, last, size } = group.pending;
  if (first === undefined || last === undefined) return [0, NIL, NIL, NIL_ARRAY];
  const holders = group.consumers().filter((consumer) => consumer.pending.size > 0);
  const counts = holders.map((consumer): Reply => [consumer.name, String(consumer.pending.size)]);
  return [size, formatId(first.id), formatId(last.id), counts];
}

type PendingRange = ReturnType<typeof parsePendingRange>;

function parsePendingRange(argv: readonly string[]) {
  let at = 3;
  let minIdleMs = 0;
  if ((argv[3] as string).toLowerCase() === 'idle') {
    minIdleMs = parseInteger(argv[4] as string);
    if (argv.length < 8) throw SYNTAX_ERROR;
    at = 5;
  }
  const count = Math.max(0, parseInteger(argv[at + 2] as string));
  const start = parseStart(argv[at] as string);
  const end = parseEnd(argv[at + 1] as string);
  return { minIdleMs, start, end, count, consumer: argv[at + 3] };
}

function pendingEntries(group: ConsumerGroup, range: PendingRange, nowMs: number): Reply {
  const { start, end, count, minIdleMs, consumer } = range;
  const reply: Reply[] = [];
  const list = consumer === undefined ? group.pending : group.consumer(consumer)?.pending;
  if (list === undefined || count === 0) return reply;
  list.scan(start, (entry) => {
    if (compareIds(entry.id, end) > 0) return false;
    const idleMs = nowMs - entry.deliveredMs;
    if (minIdleMs === 0 || idleMs >= minIdleMs) {
      reply.push([formatId(entry.id), entry.consumer.name, Math.max(0, idleMs), entry.deliveries]);
    }
    return reply.length < count;
  });
  return reply;
}
