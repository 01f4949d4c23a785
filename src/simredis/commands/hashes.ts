import type { Command, CommandContext } from '../command.ts';
import { Hash, type Keyspace } from '../keyspace.ts';
import { LongDouble } from '../long-double.ts';
import { parseCursor, parseScanOptions, scanPage } from '../member-scan.ts';
import { INT64_MAX, INT64_MIN, integerReply, parseBigInteger, parseSmall } from '../numbers.ts';
import { ErrorReply, NIL, OK, type Reply, wrongArity } from '../reply.ts';
import { FieldMap } from '../types/field-map.ts';
import { HASH_RANDOM_FIELD } from './hash-random-field.ts';

/** Up to here Redis keeps a hash in a listpack, which HSCAN answers whole. */
const LISTPACK_FIELDS_MAX = 128;
const LISTPACK_BYTES_MAX = 64;

const HASH_NOT_AN_INTEGER = new ErrorReply('ERR hash value is not an integer');
const HASH_NOT_A_FLOAT = new ErrorReply('ERR hash value is not a float');
const WOULD_OVERFLOW = new ErrorReply('ERR increment or decrement would overflow');
const NOT_FINITE = new ErrorReply('ERR increment would produce NaN or Infinity');
const NAN_OR_INFINITY = new ErrorReply('ERR value is NaN or Infinity');

const NO_FIELDS = new FieldMap();

/** For reading only. */
function fieldsOf(db: Keyspace, key: string): FieldMap {
  return db.hash(key)?.fields ?? NO_FIELDS;
}

/** Tells the keyspace of a hash that was written to: of a new one that it exists, of another that it changed. */
function store(db: Keyspace, key: string, hash: Hash, existing: Hash | undefined): void {
  if (existing) db.touched(key);
  else db.set(key, hash);
}

/** HSET and HMSET. @returns how many fields are new. */
function setFields({ db }: CommandContext, argv: readonly string[], name: string): number {
  if (argv.length % 2 === 1) throw wrongArity(name);
  const key = argv[1] as string;
  const existing = db.hash(key);
  const hash = existing ?? new Hash();
  const before = hash.fields.size;
  for (let index = 2; index < argv.length; index += 2)
    hash.fields.set(argv[index] as string, argv[index + 1] as string);
  store(db, key, hash, existing);
  return hash.fields.size - before;
}

function hdel({ db }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[1] as string;
  const hash = db.hash(key);
  if (hash === undefined) return 0;
  let removed = 0;
  for (let index = 2; index < argv.length; index++) if (hash.fields.delete(argv[index] as string)) removed++;
  if (removed > 0) db.touched(key);
  return removed;
}

function hincrby({ db }: CommandContext, argv: readonly string[]): Reply {
  const field = argv[2] as string;
  const by = argv[3] as string;
  const right = parseSmall(by) ?? parseBigInteger(by);
  const existing = db.hash(argv[1] as string);
  const hash = existing ?? new Hash();
  const current = hash.fields.get(field) ?? '0';
  const left = parseSmall(current) ?? parseBigInteger(current, HASH_NOT_AN_INTEGER);
  const sum = typeof left === 'number' && typeof right === 'number' ? left + right : BigInt(left) + BigInt(right);
  if (typeof sum === 'bigint' && (sum > INT64_MAX || sum < INT64_MIN)) throw WOULD_OVERFLOW;
  hash.fields.set(field, String(sum));
  store(db, argv[1] as string, hash, existing);
  return typeof sum === 'bigint' ? integerReply(sum) : sum;
}

function hincrbyfloat({ db }: CommandContext, argv: readonly string[]): Reply {
  const field = argv[2] as string;
  const by = LongDouble.parse(argv[3] as string);
  if (by.infinity !== 0) throw NAN_OR_INFINITY;
  const existing = db.hash(argv[1] as string);
  const hash = existing ?? new Hash();
  const sum = LongDouble.parse(hash.fields.get(field) ?? '0', HASH_NOT_A_FLOAT)
    .plus(by)
    ?.toString();
  if (sum === undefined) throw NOT_FINITE;
  hash.fields.set(field, sum);
  store(db, argv[1] as string, hash, existing);
  return sum;
}

function hgetall({ db }: CommandContext, argv: readonly string[]): Reply {
  return fieldsOf(db, argv[1] as string).pairs();
}

function hscan({ db }: CommandContext, argv: readonly string[]): Reply {
  const cursor = parseCursor(argv[2] as string);
  const hash = db.hash(argv[1] as string);
  if (hash === undefined) return ['0', []];
  const { matches, count } = parseScanOptions(argv, 3);
  const { fields } = hash;
  const page = isListpack(fields)
    ? { cursor: 0, members: fields.keys() }
    : scanPage(
        hash,
        () => fields.keys(),
        (field) => fields.has(field),
        cursor,
        count,
      );
  const pairs: string[] = [];
  for (const field of page.members) {
    if (matches === undefined || matches(field)) pairs.push(field, fields.get(field) as string);
  }
  return [String(page.cursor), pairs];
}

/** Whether Redis would keep these fields in a listpack, had they been so few and short all the time. */
export function isListpack(fields: FieldMap): boolean {
  if (fields.size > LISTPACK_FIELDS_MAX) return false;
  for (const [field, value] of fields) {
    if (field.length > LISTPACK_BYTES_MAX || value.length > LISTPACK_BYTES_MAX) return false;
  }
  return true;
}

export const HASH_COMMANDS: readonly Command[] = [
  {
    name: 'hset',
    arity: -4,
    keys: [1, 1, 1],
    write: true,
    run: (context, argv) => setFields(context, argv, 'hset'),
  },
  {
    name: 'hmset',
    arity: -4,
    keys: [1, 1, 1],
    write: true,
    run(context, argv) {
      setFields(context, argv, 'hmset');
      return OK;
    },
  },
  {
    name: 'hsetnx',
    arity: 4,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const existing = db.hash(argv[1] as string);
      const hash = existing ?? new Hash();
      if (hash.fields.has(argv[2] as string)) return 0;
      hash.fields.set(argv[2] as string, argv[3] as string);
      store(db, argv[1] as string, hash, existing);
      return 1;
    },
  },
  {
    name: 'hget',
    arity: 3,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => db.hash(argv[1] as string)?.fields.get(argv[2] as string) ?? NIL,
  },
  {
    name: 'hmget',
    arity: -3,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const fields = fieldsOf(db, argv[1] as string);
      return argv.slice(2).map((field) => fields.get(field) ?? NIL);
    },
  },
  { name: 'hgetall', arity: 2, keys: [1, 1, 1], write: false, run: hgetall },
  { name: 'hdel', arity: -3, keys: [1, 1, 1], write: true, run: hdel },
  {
    name: 'hlen',
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => fieldsOf(db, argv[1] as string).size,
  },
  {
    name: 'hexists',
    arity: 3,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => (fieldsOf(db, argv[1] as string).has(argv[2] as string) ? 1 : 0),
  },
  {
    name: 'hkeys',
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => fieldsOf(db, argv[1] as string).keys(),
  },
  {
    name: 'hvals',
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => fieldsOf(db, argv[1] as string).values(),
  },
  {
    name: 'hstrlen',
    arity: 3,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => fieldsOf(db, argv[1] as string).get(argv[2] as string)?.length ?? 0,
  },
  { name: 'hincrby', arity: 4, keys: [1, 1, 1], write: true, run: hincrby },
  { name: 'hincrbyfloat', arity: 4, keys: [1, 1, 1], write: true, run: hincrbyfloat },
  HASH_RANDOM_FIELD,
  { name: 'hscan', arity: -3, keys: [1, 1, 1], write: false, run: hscan },
];
