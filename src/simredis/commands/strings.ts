import type { Command, CommandContext } from '../command.ts';
import type { Keyspace } from '../keyspace.ts';
import { LongDouble } from '../long-double.ts';
import { INT64_MAX, INT64_MIN, integerReply, parseBigInteger, parseInteger, parseSmall } from '../numbers.ts';
import { ErrorReply, NIL, OK, type Reply, wrongArity } from '../reply.ts';
import { BIT_COMMANDS } from './bits.ts';
import { parseFutureDeadline, type Unit } from './expiry.ts';
import { type Expiry, parseSetOptions } from './set-options.ts';

/** Redis's proto-max-bulk-len. */
const STRING_LENGTH_MAX = 512 * 1024 * 1024;

const WOULD_OVERFLOW = new ErrorReply('ERR increment or decrement would overflow');
const DECREMENT_WOULD_OVERFLOW = new ErrorReply('ERR decrement would overflow');
const NOT_FINITE = new ErrorReply('ERR increment would produce NaN or Infinity');
const TOO_LONG = new ErrorReply('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
const OFFSET_OUT_OF_RANGE = new ErrorReply('ERR offset is out of range');

/** Stores a new value in the place of whatever was there, deadline included. */
function replace(db: Keyspace, key: string, value: string): void {
  db.persist(key);
  db.set(key, value);
}

function set({ db, nowMs }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[1] as string;
  const value = argv[2] as string;
  if (argv.length === 3) {
    replace(db, key, value);
    return OK;
  }
  const { condition, get, keepTtl, expiry } = parseSetOptions(argv, 3, 'set');
  const deadlineMs = expiry && deadlineOf(expiry, nowMs, 'set');
  const before = get ? (db.string(key) ?? NIL) : undefined;
  if (condition !== undefined && db.has(key) !== (condition === 'xx')) return before === undefined ? NIL : before;
  if (keepTtl && db.has(key)) db.set(key, value);
  else replace(db, key, value);
  if (deadlineMs !== undefined) db.expireAt(key, deadlineMs);
  return before === undefined ? OK : before;
}

function deadlineOf({ bytes, unit, absolute }: Expiry, nowMs: number, command: string): number {
  return parseFutureDeadline(bytes, unit, absolute ? 0 : nowMs, command);
}

function getex({ db, nowMs }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[1] as string;
  const { expiry, persist } = parseSetOptions(argv, 2, 'getex');
  const value = db.string(key);
  if (value === undefined) return NIL;
  if (expiry) db.expireAt(key, deadlineOf(expiry, nowMs, 'getex'));
  else if (persist) db.persist(key);
  return value;
}

/** SETEX and PSETEX. */
function setWithExpiry(name: 'setex' | 'psetex', unit: Unit): Command {
  return {
    name,
    arity: 4,
    keys: [1, 1, 1],
    write: true,
    run({ db, nowMs }, argv) {
      const key = argv[1] as string;
      const deadlineMs = parseFutureDeadline(argv[2] as string, unit, nowMs, name);
      replace(db, key, argv[3] as string);
      db.expireAt(key, deadlineMs);
      return OK;
    },
  };
}

/** Adds to the integer at a key; a missing key counts as 0. The deadline stays. */
function increment(db: Keyspace, key: string, by: string): Reply {
  const right = parseSmall(by) ?? parseBigInteger(by);
  const current = db.string(key) ?? '0';
  const left = parseSmall(current) ?? parseBigInteger(current);
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    db.set(key, String(sum));
    return sum;
  }
  const sum = BigInt(left) + BigInt(right);
  if (sum > INT64_MAX || sum < INT64_MIN) throw WOULD_OVERFLOW;
  db.set(key, String(sum));
  return integerReply(sum);
}

function incrbyfloat({ db }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[1] as string;
  const current = LongDouble.parse(db.string(key) ?? '0');
  const sum = current.plus(LongDouble.parse(argv[2] as string))?.toString();
  if (sum === undefined) throw NOT_FINITE;
  db.set(key, sum);
  return sum;
}

function append({ db }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[1] as string;
  const value = (db.string(key) ?? '') + (argv[2] as string);
  if (value.length > STRING_LENGTH_MAX) throw TOO_LONG;
  db.set(key, value);
  return value.length;
}

function getrange({ db }: CommandContext, argv: readonly string[]): Reply {
  const start = parseInteger(argv[2] as string);
  const end = parseInteger(argv[3] as string);
  const value = db.string(argv[1] as string) ?? '';
  if (start < 0 && end < 0 && start > end) return '';
  const from = Math.max(start < 0 ? start + value.length : start, 0);
  const to = Math.min(Math.max(end < 0 ? end + value.length : end, 0), value.length - 1);
  return from > to ? '' : value.slice(from, to + 1);
}

function setrange({ db }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[1] as string;
  const patch = argv[3] as string;
  const offset = parseInteger(argv[2] as string);
  if (offset < 0) throw OFFSET_OUT_OF_RANGE;
  const value = db.string(key) ?? '';
  if (patch === '') return value.length;
  if (offset + patch.length > STRING_LENGTH_MAX) throw TOO_LONG;
  const padded = value.length < offset ? value + '\0'.repeat(offset - value.length) : value;
  const patched = padded.slice(0, offset) + patch + padded.slice(offset + patch.length);
  db.set(key, patched);
  return patched.length;
}

/** MSET, and MSETNX where `onlyIfNone`. */
function setMany({ db }: CommandContext, argv: readonly string[], onlyIfNone: boolean): boolean {
  if (argv.length % 2 === 0) throw wrongArity(onlyIfNone ? 'msetnx' : 'mset');
  if (onlyIfNone) for (let index = 1; index < argv.length; index += 2) if (db.has(argv[index] as string)) return false;
  for (let index = 1; index < argv.length; index += 2) replace(db, argv[index] as string, argv[index + 1] as string);
  return true;
}

function mget({ db }: CommandContext, argv: readonly string[]): Reply {
  const values: Reply[] = [];
  for (let index = 1; index < argv.length; index++) {
    const value = db.get(argv[index] as string);
    values.push(typeof value === 'string' ? value : NIL);
  }
  return values;
}

/** DECRBY's amount, the other way round. */
function negated(bytes: string): string {
  const value = parseBigInteger(bytes);
  if (value === INT64_MIN) throw DECREMENT_WOULD_OVERFLOW;
  return String(-value);
}

export const STRING_COMMANDS: readonly Command[] = [
  {
    name: 'get',
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => db.string(argv[1] as string) ?? NIL,
  },
  { name: 'set', arity: -3, keys: [1, 1, 1], write: true, run: set },
  {
    name: 'setnx',
    arity: 3,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      if (db.has(argv[1] as string)) return 0;
      db.set(argv[1] as string, argv[2] as string);
      return 1;
    },
  },
  setWithExpiry('setex', 's'),
  setWithExpiry('psetex', 'ms'),
  {
    name: 'getset',
    arity: 3,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const before = db.string(argv[1] as string) ?? NIL;
      replace(db, argv[1] as string, argv[2] as string);
      return before;
    },
  },
  {
    name: 'getdel',
    arity: 2,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const value = db.string(argv[1] as string);
      if (value === undefined) return NIL;
      db.delete(argv[1] as string);
      return value;
    },
  },
  { name: 'getex', arity: -2, keys: [1, 1, 1], write: true, run: getex },
  { name: 'mget', arity: -2, keys: [1, -1, 1], write: false, run: mget },
  {
    name: 'mset',
    arity: -3,
    keys: [1, -1, 2],
    write: true,
    run(context, argv) {
      setMany(context, argv, false);
      return OK;
    },
  },
  {
    name: 'msetnx',
    arity: -3,
    keys: [1, -1, 2],
    write: true,
    run: (context, argv) => (setMany(context, argv, true) ? 1 : 0),
  },
  { name: 'append', arity: 3, keys: [1, 1, 1], write: true, run: append },
  {
    name: 'strlen',
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => db.string(argv[1] as string)?.length ?? 0,
  },
  { name: 'getrange', arity: 4, keys: [1, 1, 1], write: false, run: getrange },
  { name: 'substr', arity: 4, keys: [1, 1, 1], write: false, run: getrange },
  { name: 'setrange', arity: 4, keys: [1, 1, 1], write: true, run: setrange },
  {
    name: 'incr',
    arity: 2,
    keys: [1, 1, 1],
    write: true,
    run: ({ db }, argv) => increment(db, argv[1] as string, '1'),
  },
  {
    name: 'decr',
    arity: 2,
    keys: [1, 1, 1],
    write: true,
    run: ({ db }, argv) => increment(db, argv[1] as string, '-1'),
  },
  {
    name: 'incrby',
    arity: 3,
    keys: [1, 1, 1],
    write: true,
    run: ({ db }, argv) => increment(db, argv[1] as string, argv[2] as string),
  },
  {
    name: 'decrby',
    arity: 3,
    keys: [1, 1, 1],
    write: true,
    run: ({ db }, argv) => increment(db, argv[1] as string, negated(argv[2] as string)),
  },
  { name: 'incrbyfloat', arity: 3, keys: [1, 1, 1], write: true, run: incrbyfloat },
  ...BIT_COMMANDS,
];
