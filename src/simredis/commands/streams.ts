import type { Command, CommandContext } from '../command.ts';
import { parseInteger } from '../numbers.ts';
import { ErrorReply, NIL, NIL_ARRAY, NO_SUCH_KEY, OK, type Reply, SYNTAX_ERROR, wrongArity } from '../reply.ts';
import { Stream } from '../types/stream.ts';
import {
  compareIds,
  formatId,
  MIN_ID,
  parseEnd,
  parseId,
  parseStart,
  parseStoredId,
  storable,
} from '../types/stream-id.ts';
import { STREAM_INFO_COMMANDS } from './stream-info.ts';
import { STREAM_READ_COMMANDS } from './stream-reads.ts';
import { entryReply } from './stream-replies.ts';
import { parseAddOptions, parseTrimOptions, trim } from './stream-trimming.ts';

const ID_IS_ZERO = new ErrorReply('ERR The ID specified in XADD must be greater than 0-0');
/** Not what it says, but what Redis 7.0 answers where `ms-*` finds no sequence number left. */
const SEQUENCE_EXHAUSTED = new ErrorReply('ERR Elements are too large to be stored');
const ID_TOO_SMALL = new ErrorReply('ERR The ID specified in XADD is equal or smaller than the target stream top item');
const IDS_EXHAUSTED = new ErrorReply('ERR The stream has exhausted the last possible ID, unable to add more items');
const NEGATIVE_ENTRIES_ADDED = new ErrorReply('ERR entries_added must be positive');
const BELOW_GIVEN_DELETED_ID = new ErrorReply(
  'ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id',
);
const BELOW_TOP_ITEM = new ErrorReply('ERR The ID specified in XSETID is smaller than the target stream top item');
const ADDED_BELOW_LENGTH = new ErrorReply(
  'ERR The entries_added specified in XSETID is smaller than the target stream length',
);

/** XADD, XLEN, XRANGE, XREVRANGE, XDEL, XTRIM, XSETID, and with them XREAD and XINFO. */
export const STREAM_COMMANDS: readonly Command[] = [
  { name: 'xadd', arity: -5, keys: [1, 1, 1], write: true, run: add },
  {
    name: 'xlen',
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => db.stream(argv[1] as string)?.length ?? 0,
  },
  {
    name: 'xrange',
    arity: -4,
    keys: [1, 1, 1],
    write: false,
    run: (context, argv) => range(context, argv, false),
  },
  {
    name: 'xrevrange',
    arity: -4,
    keys: [1, 1, 1],
    write: false,
    run: (context, argv) => range(context, argv, true),
  },
  {
    name: 'xdel',
    arity: -3,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const key = argv[1] as string;
      const stream = db.stream(key);
      if (stream === undefined) return 0;
      const ids = argv.slice(2).map((bytes) => parseId(bytes));
      let deleted = 0;
      for (const id of ids) if (stream.delete(id)) deleted++;
      if (deleted > 0) db.touched(key);
      return deleted;
    },
  },
  {
    name: 'xtrim',
    arity: -4,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const key = argv[1] as string;
      const trimming = parseTrimOptions(argv);
      const stream = db.stream(key);
      if (stream === undefined) return 0;
      const removed = trim(stream, trimming);
      if (removed > 0) db.touched(key);
      return removed;
    },
  },
  { name: 'xsetid', arity: -3, keys: [1, 1, 1], write: true, run: setId },
  ...STREAM_READ_COMMANDS,
  ...STREAM_INFO_COMMANDS,
];

function add({ db, nowMs }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[1] as string;
  const { trimming, noMakeStream, id: requested, fieldsAt } = parseAddOptions(argv);
  const values = argv.length - fieldsAt;
  if (requested === undefined || values < 2 || values % 2 === 1) throw wrongArity('xadd');
  if (requested.ms === 0 && requested.seq === 0) throw ID_IS_ZERO;
  const known = db.stream(key);
  if (known === undefined && noMakeStream) return NIL;
  const stream = known ?? new Stream();
  if (stream.lastId.ms === Infinity && stream.lastId.seq === Infinity) throw IDS_EXHAUSTED;
  const id = stream.idFor(requested, nowMs);
  if (id === undefined) throw SEQUENCE_EXHAUSTED;
  if (compareIds(id, stream.lastId) <= 0) throw ID_TOO_SMALL;
  stream.append(storable(id), argv.slice(fieldsAt));
  if (trimming !== undefined) trim(stream, trimming);
  if (known === undefined) db.set(key, stream);
  else db.touched(key);
  return formatId(id);
}

function range({ db }: CommandContext, argv: readonly string[], reverse: boolean): Reply {
  const start = parseStart(argv[reverse ? 3 : 2] as string);
  const end = parseEnd(argv[reverse ? 2 : 3] as string);
  let limit = Infinity;
  for (let index = 4; index < argv.length; index += 2) {
    if ((argv[index] as string).toLowerCase() !== 'count' || index + 1 >= argv.length) throw SYNTAX_ERROR;
    limit = Math.max(0, parseInteger(argv[index + 1] as string));
  }
  const stream = db.stream(argv[1] as string);
  if (stream === undefined) return [];
  if (limit === 0) return NIL_ARRAY;
  return (reverse ? stream.reverseRange(end, start, limit) : stream.range(start, end, limit)).map(entryReply);
}

function setId({ db }: CommandContext, argv: readonly string[]): Reply {
  const id = parseStoredId(argv[2] as string);
  let entriesAdded: number | undefined;
  let maxDeletedId = MIN_ID;
  for (let index = 3; index < argv.length; index += 2) {
    const option = (argv[index] as string).toLowerCase();
    const value = argv[index + 1];
    if (option === 'entriesadded' && value !== undefined) {
      entriesAdded = parseInteger(value);
      if (entriesAdded < 0) throw NEGATIVE_ENTRIES_ADDED;
    } else if (option === 'maxdeletedid' && value !== undefined) {
      maxDeletedId = parseStoredId(value);
      if (compareIds(id, maxDeletedId) < 0) throw BELOW_GIVEN_DELETED_ID;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  const stream = db.stream(argv[1] as string);
  if (stream === undefined) throw NO_SUCH_KEY;
  if (stream.length > 0) {
    if (compareIds(id, stream.topId) < 0) throw BELOW_TOP_ITEM;
    if (entriesAdded !== undefined && stream.length > entriesAdded) throw ADDED_BELOW_LENGTH;
  }
  stream.lastId = id;
  if (entriesAdded !== undefined) stream.entriesAdded = entriesAdded;
  if (compareIds(maxDeletedId, MIN_ID) !== 0) stream.maxDeletedId = maxDeletedId;
  return OK;
}
