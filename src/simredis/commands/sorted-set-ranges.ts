import type { Command, CommandContext } from '../command.ts';
import type { Keyspace } from '../keyspace.ts';
import { formatDouble, parseInteger } from '../numbers.ts';
import { ErrorReply, type Reply, SYNTAX_ERROR } from '../reply.ts';
import { SortedSet } from '../types/sorted-set.ts';
import { clampRange } from './index-range.ts';
import { lexInterval, type RankInterval, scoreInterval } from './sorted-set-interval.ts';

const LIMIT_OF_RANKS = new ErrorReply(
  'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
);
const SCORES_OF_LEX = new ErrorReply('ERR syntax error, WITHSCORES not supported in combination with BYLEX');

type Order = 'rank' | 'score' | 'lex';

/** What a command of the ZRANGE family has settled by its name; the others take the rest from their options. */
interface Preset {
  readonly order?: Order;
  readonly reverse?: boolean;
}

/** A range as ZRANGE's arguments describe it. */
interface RangeRequest {
  readonly withScores: boolean;
  readonly reverse: boolean;
  /** Which ranks of a set it covers, before LIMIT. */
  readonly interval: (set: SortedSet) => RankInterval;
  readonly offset: number;
  /** Negative: no limit. */
  readonly limit: number;
}

/** Everything that reads, counts, stores or removes a contiguous part of a sorted set. */
export const SORTED_SET_RANGE_COMMANDS: readonly Command[] = [
  range('zrange', {}),
  range('zrevrange', { order: 'rank', reverse: true }),
  range('zrangebyscore', { order: 'score', reverse: false }),
  range('zrevrangebyscore', { order: 'score', reverse: true }),
  range('zrangebylex', { order: 'lex', reverse: false }),
  range('zrevrangebylex', { order: 'lex', reverse: true }),
  { name: 'zrangestore', arity: -5, keys: [1, 2, 1], write: true, run: store },
  count('zcount', scoreInterval),
  count('zlexcount', lexInterval),
  remove('zremrangebyrank', rankInterval),
  remove('zremrangebyscore', scoreInterval),
  remove('zremrangebylex', lexInterval),
];

/** Puts a sorted set where a STORE command wants it, whatever was there; an empty one removes the key. */
export function storeSortedSet(db: Keyspace, key: string, set: SortedSet): number {
  db.delete(key);
  if (set.length > 0) db.set(key, set);
  return set.length;
}

function range(name: string, preset: Preset): Command {
  return {
    name,
    arity: -4,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const request = parseRange(argv, 2, preset, true);
      const set = db.sortedSet(argv[1] as string);
      const reply: Reply[] = [];
      if (set === undefined) return reply;
      const { withScores } = request;
      visitRange(set, request, (member, score) => {
        reply.push(member);
        if (withScores) reply.push(formatDouble(score));
      });
      return reply;
    },
  };
}

/** ZRANGESTORE target source min max [options of ZRANGE] */
function store({ db }: CommandContext, argv: readonly string[]): Reply {
  const request = parseRange(argv, 3, {}, false);
  const source = db.sortedSet(argv[2] as string);
  const result = new SortedSet();
  if (source !== undefined) {
    visitRange(source, request, (member, score) => {
      result.add(member, score);
    });
  }
  return storeSortedSet(db, argv[1] as string, result);
}

function count(name: string, parse: (min: string, max: string) => (set: SortedSet) => RankInterval): Command {
  return {
    name,
    arity: 4,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const interval = parse(argv[2] as string, argv[3] as string);
      const set = db.sortedSet(argv[1] as string);
      if (set === undefined) return 0;
      const { start, end } = interval(set);
      return Math.max(0, end - start);
    },
  };
}

function remove(name: string, parse: (min: string, max: string) => (set: SortedSet) => RankInterval): Command {
  return {
    name,
    arity: 4,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const key = argv[1] as string;
      const interval = parse(argv[2] as string, argv[3] as string);
      const set = db.sortedSet(key);
      if (set === undefined) return 0;
      const { start, end } = interval(set);
      const members: string[] = [];
      set.visit(start, end - start, false, (member) => members.push(member));
      for (const member of members) set.delete(member);
      if (members.length > 0) db.touched(key);
      return members.length;
    },
  };
}

/** Reads `min max` at `at` and the options after them. */
function parseRange(argv: readonly string[], at: number, preset: Preset, mayHaveScores: boolean): RangeRequest {
  let { order, reverse } = preset;
  let withScores = false;
  let offset = 0;
  let limit = -1;
  for (let index = at + 2; index < argv.length; index++) {
    const option = (argv[index] as string).toLowerCase();
    if (option === 'withscores' && mayHaveScores) withScores = true;
    else if (option === 'limit' && index + 2 < argv.length) {
      offset = parseInteger(argv[++index] as string);
      limit = parseInteger(argv[++index] as string);
    } else if (option === 'rev' && reverse === undefined) reverse = true;
    else if (option === 'bylex' && order === undefined) order = 'lex';
    else if (option === 'byscore' && order === undefined) order = 'score';
    else throw SYNTAX_ERROR;
  }
  const byRank = order === undefined || order === 'rank';
  if (limit !== -1 && byRank) throw LIMIT_OF_RANKS;
  if (withScores && order === 'lex') throw SCORES_OF_LEX;
  const isReverse = reverse === true;
  const first = argv[at] as string;
  const second = argv[at + 1] as string;
  if (byRank) {
    const interval = rankInterval(first, second, isReverse);
    return { withScores, reverse: isReverse, interval, offset: 0, limit: -1 };
  }
  const [min, max] = isReverse ? [second, first] : [first, second];
  const interval = order === 'lex' ? lexInterval(min, max) : scoreInterval(min, max);
  return { withScores, reverse: isReverse, interval, offset, limit };
}

function rankInterval(min: string, max: string, reverse = false): (set: SortedSet) => RankInterval {
  const first = parseInteger(min);
  const last = parseInteger(max);
  return ({ length }) => {
    const { start, stop } = clampRange(first, last, length);
    return reverse ? { start: length - 1 - stop, end: length - start } : { start, end: stop + 1 };
  };
}

function visitRange(
  set: SortedSet,
  { interval, reverse, offset, limit }: RangeRequest,
  visitor: (member: string, score: number) => void,
): void {
  const { start, end } = interval(set);
  const available = end - start - offset;
  // A negative offset skips beyond the end, as it does in Redis.
  if (offset < 0 || available <= 0) return;
  const wanted = limit < 0 ? available : Math.min(limit, available);
  set.visit(reverse ? end - 1 - offset : start + offset, wanted, reverse, visitor);
}
