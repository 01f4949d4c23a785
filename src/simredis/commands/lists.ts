import type { Command, CommandContext } from '../command.ts';
import type { Keyspace } from '../keyspace.ts';
import { parseInteger } from '../numbers.ts';
import { ErrorReply, NIL, NIL_ARRAY, NO_SUCH_KEY, OK, type Reply, SYNTAX_ERROR, wrongArity } from '../reply.ts';
import { List } from '../types/list.ts';
import { clampRange, parseAtLeast } from './index-range.ts';
import { numberedKeys, parseMultiPop } from './multi-pop.ts';

const NOT_POSITIVE = new ErrorReply('ERR value is out of range, must be positive');
const INDEX_OUT_OF_RANGE = new ErrorReply('ERR index out of range');
const RANK_ZERO = new ErrorReply(
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
);
const COUNT_NEGATIVE = new ErrorReply("ERR COUNT can't be negative");
const MAXLEN_NEGATIVE = new ErrorReply("ERR MAXLEN can't be negative");

/** Lists, except for the commands that wait (`blocking-lists.ts`). */
export const LIST_COMMANDS: readonly Command[] = [
  push('lpush', true, false),
  push('rpush', false, false),
  push('lpushx', true, true),
  push('rpushx', false, true),
  pop('lpop', true),
  pop('rpop', false),
  {
    name: 'llen',
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => db.list(argv[1] as string)?.length ?? 0,
  },
  {
    name: 'lrange',
    arity: 4,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const first = parseInteger(argv[2] as string);
      const last = parseInteger(argv[3] as string);
      const list = db.list(argv[1] as string);
      if (list === undefined) return [];
      const { start, stop } = clampRange(first, last, list.length);
      return list.slice(start, stop);
    },
  },
  {
    name: 'lindex',
    arity: 3,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const list = db.list(argv[1] as string);
      if (list === undefined) return NIL;
      const index = parseInteger(argv[2] as string);
      return list.at(index < 0 ? index + list.length : index) ?? NIL;
    },
  },
  {
    name: 'lset',
    arity: 4,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const key = argv[1] as string;
      const list = db.list(key);
      if (list === undefined) throw NO_SUCH_KEY;
      const given = parseInteger(argv[2] as string);
      const index = given < 0 ? given + list.length : given;
      if (index < 0 || index >= list.length) throw INDEX_OUT_OF_RANGE;
      list.set(index, argv[3] as string);
      db.touched(key);
      return OK;
    },
  },
  {
    name: 'linsert',
    arity: 5,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const key = argv[1] as string;
      const side = (argv[2] as string).toLowerCase();
      if (side !== 'before' && side !== 'after') throw SYNTAX_ERROR;
      const list = db.list(key);
      if (list === undefined) return 0;
      const pivot = indexOf(list, argv[3] as string);
      if (pivot < 0) return -1;
      list.insert(side === 'before' ? pivot : pivot + 1, argv[4] as string);
      db.touched(key);
      return list.length;
    },
  },
  {
    name: 'lrem',
    arity: 4,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const key = argv[1] as string;
      const count = parseInteger(argv[2] as string);
      const list = db.list(key);
      if (list === undefined) return 0;
      const limit = count === 0 ? Number.POSITIVE_INFINITY : Math.abs(count);
      const removed = list.remove(argv[3] as string, limit, count < 0);
      if (removed > 0) db.touched(key);
      return removed;
    },
  },
  {
    name: 'ltrim',
    arity: 4,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const key = argv[1] as string;
      const first = parseInteger(argv[2] as string);
      const last = parseInteger(argv[3] as string);
      const list = db.list(key);
      if (list === undefined) return OK;
      const { start, stop } = clampRange(first, last, list.length);
      list.trim(start, stop);
      db.touched(key);
      return OK;
    },
  },
  {
    name: 'lpos',
    arity: -3,
    keys: [1, 1, 1],
    write: false,
    run: positions,
  },
  {
    name: 'lmove',
    arity: 5,
    keys: [1, 2, 1],
    write: true,
    run({ db }, argv) {
      const fromHead = isLeft(argv[3] as string);
      const toHead = isLeft(argv[4] as string);
      return move(db, argv[1] as string, argv[2] as string, fromHead, toHead) ?? NIL;
    },
  },
  {
    name: 'rpoplpush',
    arity: 3,
    keys: [1, 2, 1],
    write: true,
    run: ({ db }, argv) => move(db, argv[1] as string, argv[2] as string, false, true) ?? NIL,
  },
  {
    name: 'lmpop',
    arity: -4,
    keys: numberedKeys(1),
    write: true,
    run({ db }, argv) {
      const { keys, fromSecondEnd, count } = parseMultiPop(argv, 1, ['left', 'right']);
      for (const key of keys) {
        const list = db.list(key);
        if (list !== undefined) return [key, popMany(db, key, list, !fromSecondEnd, count)];
      }
      return NIL_ARRAY;
    },
  },
];

/** LEFT or RIGHT in any case. */
export function isLeft(word: string): boolean {
  const side = word.toLowerCase();
  if (side !== 'left' && side !== 'right') throw SYNTAX_ERROR;
  return side === 'left';
}

/** LMOVE: the element moved, or undefined where the source is missing. */
export function move(
  db: Keyspace,
  source: string,
  target: string,
  fromHead: boolean,
  toHead: boolean,
): string | undefined {
  const from = db.list(source);
  if (from === undefined) return undefined;
  const to = db.list(target);
  const element = (fromHead ? from.popHead() : from.popTail()) as string;
  const list = to ?? new List();
  if (toHead) list.pushHead(element);
  else list.pushTail(element);
  if (to === undefined) db.set(target, list);
  else db.touched(target);
  if (from !== to) db.touched(source);
  return element;
}

/** Takes up to `count` elements from one end of a list that a key holds. */
export function popMany(db: Keyspace, key: string, list: List, fromHead: boolean, count: number): string[] {
  const elements: string[] = [];
  while (elements.length < count && list.length > 0) {
    elements.push((fromHead ? list.popHead() : list.popTail()) as string);
  }
  db.touched(key);
  return elements;
}

function push(name: string, toHead: boolean, onlyIfExists: boolean): Command {
  return {
    name,
    arity: -3,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const key = argv[1] as string;
      const existing = db.list(key);
      if (existing === undefined && onlyIfExists) return 0;
      const list = existing ?? new List();
      for (let index = 2; index < argv.length; index++) {
        if (toHead) list.pushHead(argv[index] as string);
        else list.pushTail(argv[index] as string);
      }
      if (existing === undefined) db.set(key, list);
      else db.touched(key);
      return list.length;
    },
  };
}

function pop(name: string, fromHead: boolean): Command {
  return {
    name,
    arity: -2,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      if (argv.length > 3) throw wrongArity(name);
      const key = argv[1] as string;
      const count = argv.length === 3 ? parseAtLeast(0, argv[2] as string, NOT_POSITIVE) : undefined;
      const list = db.list(key);
      if (list === undefined) return count === undefined ? NIL : NIL_ARRAY;
      if (count === 0) return [];
      if (count !== undefined) return popMany(db, key, list, fromHead, count);
      const element = (fromHead ? list.popHead() : list.popTail()) as string;
      db.touched(key);
      return element;
    },
  };
}

/** LPOS key element [RANK rank] [COUNT count] [MAXLEN length] */
function positions({ db }: CommandContext, argv: readonly string[]): Reply {
  let rank = 1;
  let count: number | undefined;
  let comparisons = 0;
  for (let index = 3; index < argv.length; index += 2) {
    const option = (argv[index] as string).toLowerCase();
    const value = argv[index + 1];
    if (value === undefined) throw SYNTAX_ERROR;
    if (option === 'rank') {
      rank = parseInteger(value);
      if (rank === 0) throw RANK_ZERO;
    } else if (option === 'count') count = parseAtLeast(0, value, COUNT_NEGATIVE);
    else if (option === 'maxlen') comparisons = parseAtLeast(0, value, MAXLEN_NEGATIVE);
    else throw SYNTAX_ERROR;
  }
  const list = db.list(argv[1] as string);
  if (list === undefined) return count === undefined ? NIL : [];
  const found: number[] = [];
  const wanted = count === undefined ? 1 : count === 0 ? list.length : count;
  const last = comparisons === 0 ? list.length : Math.min(comparisons, list.length);
  let toSkip = Math.abs(rank) - 1;
  for (let seen = 0; seen < last && found.length < wanted; seen++) {
    const index = rank > 0 ? seen : list.length - 1 - seen;
    if (list.at(index) !== argv[2] || toSkip-- > 0) continue;
    found.push(index);
  }
  return count === undefined ? (found[0] ?? NIL) : found;
}

function indexOf(list: List, element: string): number {
  for (let index = 0; index < list.length; index++) if (list.at(index) === element) return index;
  return -1;
}
