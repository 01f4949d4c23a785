import type { Command, CommandContext } from '../command.ts';
import { compileGlob } from '../glob.ts';
import { type Keyspace, typeOf, type Value } from '../keyspace.ts';
import { parseCursor, parseScanOptions, scanPage } from '../member-scan.ts';
import { NIL, NO_SUCH_KEY, OK, type Reply, Status, SYNTAX_ERROR } from '../reply.ts';
import { COPY_COMMAND } from './copy.ts';
import { EXPIRY_COMMANDS } from './expiries.ts';
import { OBJECT_COMMAND } from './object.ts';

const NO_TYPE = new Status('none');
const TYPES = {
  string: new Status('string'),
  hash: new Status('hash'),
  list: new Status('list'),
  set: new Status('set'),
  zset: new Status('zset'),
  stream: new Status('stream'),
} as const;

function del({ db }: CommandContext, argv: readonly string[]): Reply {
  let deleted = 0;
  for (let index = 1; index < argv.length; index++) if (db.delete(argv[index] as string)) deleted++;
  return deleted;
}

/** EXISTS and TOUCH: a key named twice counts twice. */
function countExisting({ db }: CommandContext, argv: readonly string[]): Reply {
  let existing = 0;
  for (let index = 1; index < argv.length; index++) if (db.has(argv[index] as string)) existing++;
  return existing;
}

function scan({ db }: CommandContext, argv: readonly string[]): Reply {
  const cursor = parseCursor(argv[1] as string);
  const type = typeAskedFor(argv);
  const { matches, count } = parseScanOptions(
    argv.filter((_, index) => index < 2 || !isTypeOption(argv, index)),
    2,
  );
  const page = scanPage(
    db,
    () => db.keys(),
    (key) => db.has(key),
    cursor,
    count,
  );
  const keys = page.members.filter((key) => {
    if (matches !== undefined && !matches(key)) return false;
    return type === undefined || typeOf(db.get(key) as Value) === type;
  });
  return [String(page.cursor), keys];
}

/** Whether the argument is SCAN's TYPE or its value; options come in pairs from 2 on. */
function isTypeOption(argv: readonly string[], index: number): boolean {
  const name = index & ~1;
  return name + 1 < argv.length && (argv[name] as string).toLowerCase() === 'type';
}

function typeAskedFor(argv: readonly string[]): string | undefined {
  let type: string | undefined;
  for (let index = 2; index < argv.length; index += 2) {
    if (isTypeOption(argv, index)) type = (argv[index + 1] as string).toLowerCase();
  }
  return type;
}

function randomKey({ db, server }: CommandContext): Reply {
  const { size } = db;
  if (size === 0) return NIL;
  let skip = server.random(size);
  for (const key of db.keys()) if (skip-- === 0) return key;
  return NIL;
}

/** Moves a value, its deadline with it, over whatever stands in its way. */
function move(db: Keyspace, source: string, destination: string): void {
  const value = db.get(source);
  if (value === undefined) throw NO_SUCH_KEY;
  if (source === destination) return;
  const deadlineMs = db.deadline(source);
  db.delete(source);
  db.persist(destination);
  db.set(destination, value);
  if (deadlineMs !== undefined) db.expireAt(destination, deadlineMs);
}

function renamenx({ db }: CommandContext, argv: readonly string[]): Reply {
  const source = argv[1] as string;
  const destination = argv[2] as string;
  if (!db.has(source)) throw NO_SUCH_KEY;
  if (db.has(destination)) return 0;
  move(db, source, destination);
  return 1;
}

/** FLUSHDB and FLUSHALL: there is one database. */
function flush({ db }: CommandContext, argv: readonly string[]): Reply {
  const mode = argv[1]?.toLowerCase();
  if (argv.length > 2 || (mode !== undefined && mode !== 'sync' && mode !== 'async')) throw SYNTAX_ERROR;
  db.clear();
  return OK;
}

export const KEY_COMMANDS: readonly Command[] = [
  { name: 'del', arity: -2, keys: [1, -1, 1], write: true, run: del },
  { name: 'unlink', arity: -2, keys: [1, -1, 1], write: true, run: del },
  { name: 'exists', arity: -2, keys: [1, -1, 1], write: false, run: countExisting },
  { name: 'touch', arity: -2, keys: [1, -1, 1], write: false, run: countExisting },
  {
    name: 'type',
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const value = db.get(argv[1] as string);
      return value === undefined ? NO_TYPE : TYPES[typeOf(value)];
    },
  },
  {
    name: 'keys',
    arity: 2,
    keys: undefined,
    write: false,
    run({ db }, argv) {
      const pattern = argv[1] as string;
      return pattern === '*' ? [...db.keys()] : [...db.keys()].filter(compileGlob(pattern));
    },
  },
  { name: 'scan', arity: -2, keys: undefined, write: false, run: scan },
  { name: 'randomkey', arity: 1, keys: undefined, write: false, run: randomKey },
  {
    name: 'rename',
    arity: 3,
    keys: [1, 2, 1],
    write: true,
    run({ db }, argv) {
      move(db, argv[1] as string, argv[2] as string);
      return OK;
    },
  },
  { name: 'renamenx', arity: 3, keys: [1, 2, 1], write: true, run: renamenx },
  { name: 'dbsize', arity: 1, keys: undefined, write: false, run: ({ db }) => db.size },
  { name: 'flushdb', arity: -1, keys: undefined, write: true, run: flush },
  { name: 'flushall', arity: -1, keys: undefined, write: true, run: flush },
  COPY_COMMAND,
  OBJECT_COMMAND,
  ...EXPIRY_COMMANDS,
];
