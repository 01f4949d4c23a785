import type { Command, CommandContext } from '../command.ts';
import { parseInteger } from '../numbers.ts';
import { ErrorReply, NIL, NO_SUCH_KEY, type Reply, Status } from '../reply.ts';
import type { Consumer, ConsumerGroup } from '../types/consumer-group.ts';
import type { PendingEntry, PendingList } from '../types/pending-list.ts';
import type { Stream } from '../types/stream.ts';
import { formatId, MAX_ID, MIN_ID } from '../types/stream-id.ts';
import { radixNodeCount } from '../types/stream-radix.ts';
import { entryReply } from './stream-replies.ts';
import { runSubcommand, type Subcommand, subcommandSyntaxError } from './subcommands.ts';

/** Entries that XINFO STREAM FULL shows of each list where COUNT is not given. */
const FULL_COUNT_DEFAULT = 10;

const XINFO_HELP = [
  'XINFO <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'CONSUMERS <key> <groupname>',
  '    Show consumers of <groupname>.',
  'GROUPS <key>',
  '    Show the stream consumer groups.',
  'STREAM <key> [FULL [COUNT <count>]',
  '    Show information about the stream.',
  'HELP',
  '    Prints this help.',
];

const XINFO_SUBCOMMANDS = new Map<string, Subcommand>([
  ['stream', { arity: -3, run: streamInfo }],
  ['groups', { arity: 3, run: groupsInfo }],
  ['consumers', { arity: 4, run: consumersInfo }],
  ['help', { arity: 2, run: () => XINFO_HELP.map((line) => new Status(line)) }],
]);

/** XINFO, with the fields of Redis 7.0. */
export const STREAM_INFO_COMMANDS: readonly Command[] = [
  {
    name: 'xinfo',
    arity: -2,
    keys: (argv) => argv.slice(2, 3),
    write: false,
    run: (context, argv) => runSubcommand('xinfo', XINFO_SUBCOMMANDS, context, argv),
  },
];

function streamInfo({ db }: CommandContext, argv: readonly string[]): Reply {
  const stream = streamOf(db, argv);
  if (argv.length === 3) return [...commonInfo(stream), ...briefInfo(stream)];
  return [...commonInfo(stream), ...fullInfo(stream, parseFullCount(argv))];
}

function commonInfo(stream: Stream): Reply[] {
  return [
    'length',
    stream.length,
    'radix-tree-keys',
    stream.nodeCount,
    'radix-tree-nodes',
    radixNodeCount(stream.nodeKeys()),
    'last-generated-id',
    formatId(stream.lastId),
    'max-deleted-entry-id',
    formatId(stream.maxDeletedId),
    'entries-added',
    stream.entriesAdded,
    'recorded-first-entry-id',
    formatId(stream.firstId),
  ];
}

function briefInfo(stream: Stream): Reply[] {
  const first = stream.range(MIN_ID, MAX_ID, 1)[0];
  const last = stream.reverseRange(MAX_ID, MIN_ID, 1)[0];
  return [
    'groups',
    stream.groups.size,
    'first-entry',
    first === undefined ? NIL : entryReply(first),
    'last-entry',
    last === undefined ? NIL : entryReply(last),
  ];
}

/** @returns 0 for no limit. */
function parseFullCount(argv: readonly string[]): number {
  const valid = (argv.length === 4 || argv.length === 6) && (argv[3] as string).toLowerCase() === 'full';
  if (!valid) throw subcommandSyntaxError('xinfo', argv[1] as string);
  if (argv.length === 4) return FULL_COUNT_DEFAULT;
  if ((argv[4] as string).toLowerCase() !== 'count') throw subcommandSyntaxError('xinfo', argv[1] as string);
  const count = parseInteger(argv[5] as string);
  return count < 0 ? FULL_COUNT_DEFAULT : count;
}

function fullInfo(stream: Stream, count: number): Reply[] {
  const entries = stream.range(MIN_ID, MAX_ID, count || Infinity).map(entryReply);
  const groups = sortedGroups(stream).map(
    ([name, group]): Reply => [
      'name',
      name,
      'last-delivered-id',
      formatId(group.lastId),
      'entries-read',
      group.entriesRead ?? NIL,
      'lag',
      group.lag(stream) ?? NIL,
      'pel-count',
      group.pending.size,
      'pending',
      firstPending(group.pending, count, (entry) => [
        formatId(entry.id),
        entry.consumer.name,
        entry.deliveredMs,
        entry.deliveries,
      ]),
      'consumers',
      group.consumers().map((consumer) => fullConsumerInfo(consumer, count)),
    ],
  );
  return ['entries', entries, 'groups', groups];
}

function fullConsumerInfo({ name, seenMs, pending }: Consumer, count: number): Reply {
  const shown = firstPending(pending, count, (entry) => [formatId(entry.id), entry.deliveredMs, entry.deliveries]);
  return ['name', name, 'seen-time', seenMs, 'pel-count', pending.size, 'pending', shown];
}

function firstPending(list: PendingList, count: number, show: (entry: PendingEntry) => Reply): Reply[] {
  const shown: Reply[] = [];
  list.scan(MIN_ID, (entry) => shown.push(show(entry)) !== count);
  return shown;
}

function groupsInfo({ db }: CommandContext, argv: readonly string[]): Reply {
  const stream = streamOf(db, argv);
  return sortedGroups(stream).map(
    ([name, group]): Reply => [
      'name',
      name,
      'consumers',
      group.consumerCount,
      'pending',
      group.pending.size,
      'last-delivered-id',
      formatId(group.lastId),
      'entries-read',
      group.entriesRead ?? NIL,
      'lag',
      group.lag(stream) ?? NIL,
    ],
  );
}

function consumersInfo({ db, nowMs }: CommandContext, argv: readonly string[]): Reply {
  const group = streamOf(db, argv).groups.get(argv[3] as string);
  if (group === undefined) {
    throw new ErrorReply(`NOGROUP No such consumer group '${argv[3]}' for key name '${argv[2]}'`);
  }
  return group
    .consumers()
    .map(
      ({ name, pending, seenMs }): Reply => [
        'name',
        name,
        'pending',
        pending.size,
        'idle',
        Math.max(0, nowMs - seenMs),
      ],
    );
}

/** In the order of bytes, as Redis's radix tree has them. */
function sortedGroups(stream: Stream): [string, ConsumerGroup][] {
  return [...stream.groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function streamOf(db: CommandContext['db'], argv: readonly string[]): Stream {
  const stream = db.stream(argv[2] as string);
  if (stream === undefined) throw NO_SUCH_KEY;
  return stream;
}
