import type { Command, CommandContext } from '../command.ts';
import { formatDouble, parseInteger } from '../numbers.ts';
import { ErrorReply, NIL, type Reply, SYNTAX_ERROR } from '../reply.ts';
import type { ScoredMember } from '../types/counted-tree.ts';
import { parseAtLeast } from './index-range.ts';

const NOT_POSITIVE = new ErrorReply('ERR value is out of range, must be positive');
const OUT_OF_RANGE = new ErrorReply('ERR value is out of range');
/** Redis's LONG_MAX, as near as it matters. */
const LONG_MAX = 2 ** 63;
const COUNT_OUT_OF_RANGE = new ErrorReply(
  'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807',
);
/** The one 64-bit integer that has no opposite. */
const LONG_MIN = '-9223372036854775808';

type Random = (below: number) => number;

/** Commands for which Redis rolls a die, and the simulation asks its seed. */
export const RANDOM_MEMBER_COMMANDS: readonly Command[] = [
  { name: 'spop', arity: -2, keys: [1, 1, 1], write: true, run: popFromSet },
  { name: 'srandmember', arity: -2, keys: [1, 1, 1], write: false, run: fromSet },
  { name: 'zrandmember', arity: -2, keys: [1, 1, 1], write: false, run: fromSortedSet },
];

/** SPOP key [count] */
function popFromSet({ db, server }: CommandContext, argv: readonly string[]): Reply {
  if (argv.length > 3) throw SYNTAX_ERROR;
  const key = argv[1] as string;
  const count = argv.length === 3 ? parseAtLeast(0, argv[2] as string, NOT_POSITIVE) : undefined;
  const members = db.setValue(key)?.members;
  if (members === undefined) return count === undefined ? NIL : [];
  if (count === 0) return [];
  const taken =
    count === undefined ? [nth(members, server.random(members.size))] : distinct([...members], count, server.random);
  for (const member of taken) members.delete(member);
  db.touched(key);
  return count === undefined ? (taken[0] as string) : taken;
}

/** SRANDMEMBER key [count]: a negative count may repeat members. */
function fromSet({ db, server }: CommandContext, argv: readonly string[]): Reply {
  if (argv.length > 3) throw SYNTAX_ERROR;
  const count = argv.length === 3 ? parseCount(argv[2] as string) : undefined;
  const members = db.setValue(argv[1] as string)?.members;
  if (members === undefined) return count === undefined ? NIL : [];
  if (count === undefined) return nth(members, server.random(members.size));
  return sample([...members], count, server.random);
}

/** ZRANDMEMBER key [count [WITHSCORES]] */
function fromSortedSet({ db, server }: CommandContext, argv: readonly string[]): Reply {
  const count = argv.length > 2 ? parseCount(argv[2] as string) : undefined;
  const withScores = argv.length > 3;
  if (argv.length > 4 || (withScores && argv[3]?.toLowerCase() !== 'withscores')) throw SYNTAX_ERROR;
  if (withScores && Math.abs(count as number) > LONG_MAX / 2) throw OUT_OF_RANGE;
  const set = db.sortedSet(argv[1] as string);
  if (set === undefined) return count === undefined ? NIL : [];
  if (count === undefined) return set.at(server.random(set.length)).member;
  const entries: ScoredMember[] = [];
  set.forEach((member, score) => {
    entries.push({ member, score });
  });
  const chosen = sample(entries, count, server.random);
  return chosen.flatMap(({ member, score }) => (withScores ? [member, formatDouble(score)] : [member]));
}

function parseCount(bytes: string): number {
  if (bytes === LONG_MIN) throw COUNT_OUT_OF_RANGE;
  return parseInteger(bytes);
}

function sample<T>(items: T[], count: number, random: Random): T[] {
  if (count >= 0) return distinct(items, count, random);
  return Array.from({ length: -count }, () => items[random(items.length)] as T);
}

/** The first `count` of a shuffle (Fisher and Yates); all of them, as they are, where there are no more. */
function distinct<T>(items: T[], count: number, random: Random): T[] {
  if (count >= items.length) return items;
  for (let at = 0; at < count; at++) {
    const from = at + random(items.length - at);
    const chosen = items[from] as T;
    items[from] = items[at] as T;
    items[at] = chosen;
  }
  return items.slice(0, count);
}

function nth(members: Iterable<string>, index: number): string {
  let at = 0;
  for (const member of members) if (at++ === index) return member;
  throw new RangeError(`no member ${index}`);
}
