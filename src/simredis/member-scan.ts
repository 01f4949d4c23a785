import { compileGlob } from './glob.ts';
import { parseInteger } from './numbers.ts';
import { ErrorReply, SYNTAX_ERROR } from './reply.ts';

const INVALID_CURSOR = new ErrorReply('ERR invalid cursor');
const COUNT_DEFAULT = 10;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Options of SCAN and its like. */
export interface ScanOptions {
  readonly count: number;
  readonly matches: ((member: string) => boolean) | undefined;
}

/** One answer of a scan: where to go on (0: it is over), and what it saw before MATCH. */
export interface ScanPage {
  readonly cursor: number;
  readonly members: readonly string[];
}

/** The cursor as C's strtoul reads it, all of it; an empty one is 0. */
export function parseCursor(bytes: string): number {
  if (!/^(?:|[+-]?[0-9]+)$/.test(bytes) || bytes.endsWith('\n')) throw INVALID_CURSOR;
  const value = BigInt(bytes.replace('+', '') || '0');
  if (value >= 2n ** 64n || value <= -(2n ** 64n)) throw INVALID_CURSOR;
  return Number(BigInt.asUintN(64, value));
}

/** Reads `[MATCH pattern] [COUNT count]` from `at` on. */
export function parseScanOptions(argv: readonly string[], at: number): ScanOptions {
  let count = COUNT_DEFAULT;
  let matches: ScanOptions['matches'];
  for (let index = at; index < argv.length; index += 2) {
    const option = (argv[index] as string).toLowerCase();
    const value = argv[index + 1];
    if (value === undefined) throw SYNTAX_ERROR;
    if (option === 'count') {
      count = parseInteger(value);
      if (count < 1) throw SYNTAX_ERROR;
    } else if (option === 'match') matches = value === '*' ? undefined : compileGlob(value);
    else throw SYNTAX_ERROR;
  }
  return { count, matches };
}

/** A collection's members in the order of their hashes, as they were when a scan of it last began. */
interface Snapshot {
  readonly hashes: Uint32Array;
  readonly members: readonly string[];
}

const snapshots = new WeakMap<object, Snapshot>();

/**
 * The next page of a scan: at least `count` members, unless fewer are left.
 *
 * The order is that of a hash, and the cursor is where in it to go on: so whatever is added or removed between two pages, a
 * member that is there throughout is seen. The order is made once a scan, not once a page: a member that is there
 * throughout was there when any other scan began meanwhile, so scans may share it.
 *
 * @param collection whose members they are; only its identity matters.
 * @param has whether a member is there now.
 */
export function scanPage(
  collection: object,
  members: () => Iterable<string>,
  has: (member: string) => boolean,
  cursor: number,
  count: number,
): ScanPage {
  let snapshot = snapshots.get(collection);
  if (snapshot === undefined || cursor === 0) {
    snapshot = takeSnapshot(members());
    snapshots.set(collection, snapshot);
  }
  const page: string[] = [];
  let at = firstFrom(snapshot.hashes, cursor);
  let hash = 0;
  for (; at < snapshot.members.length; at++) {
    // Members of one hash share a page: the cursor cannot tell them apart.
    if (page.length >= count && snapshot.hashes[at] !== hash) break;
    hash = snapshot.hashes[at] as number;
    const member = snapshot.members[at] as string;
    if (has(member)) page.push(member);
  }
  const isOver = at === snapshot.members.length;
  if (isOver) snapshots.delete(collection);
  return { cursor: isOver ? 0 : hash + 1, members: page };
}

function takeSnapshot(members: Iterable<string>): Snapshot {
  const hashed = Array.from(members, (member) => ({ member, hash: hashOf(member) }));
  hashed.sort((left, right) => left.hash - right.hash);
  return { hashes: Uint32Array.from(hashed, ({ hash }) => hash), members: hashed.map(({ member }) => member) };
}

function firstFrom(hashes: Uint32Array, least: number): number {
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hashes[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** FNV-1a. */
function hashOf(member: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < member.length; index++) hash = Math.imul(hash ^ member.charCodeAt(index), FNV_PRIME);
  return hash >>> 0;
}
