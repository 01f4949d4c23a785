import type { Command, CommandContext } from '../command.ts';
import { SetValue } from '../keyspace.ts';
import { formatDouble, parseFloatStrict, parseInteger } from '../numbers.ts';
import { ErrorReply, type Reply, SYNTAX_ERROR, WRONG_TYPE } from '../reply.ts';
import { SortedSet } from '../types/sorted-set.ts';
import { parseAtLeast } from './index-range.ts';
import { numberedKeys } from './multi-pop.ts';
import { storeSortedSet } from './sorted-set-ranges.ts';

const WEIGHT_NOT_A_FLOAT = new ErrorReply('ERR weight value is not a float');
const LIMIT_NEGATIVE = new ErrorReply("ERR LIMIT can't be negative");

type Operation = 'union' | 'inter' | 'diff';
type Aggregate = (left: number, right: number) => number;

/** One operand: a sorted set, or a set, whose members count as having score 1. */
interface Source {
  readonly set: SortedSet | SetValue | undefined;
  weight: number;
}

interface Request {
  readonly sources: Source[];
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
  /** ZINTERCARD's; 0 is none. */
  readonly limit: number;
}

const AGGREGATES: ReadonlyMap<string, Aggregate> = new Map([
  ['sum', (left, right) => orZero(left + right)],
  ['min', smaller],
  ['max', larger],
]);
const SUM = AGGREGATES.get('sum') as Aggregate;

/** Unions, intersections and differences of sorted sets and sets. */
export const SORTED_SET_ALGEBRA_COMMANDS: readonly Command[] = [
  answer('zunion', 'union'),
  answer('zinter', 'inter'),
  answer('zdiff', 'diff'),
  store('zunionstore', 'union'),
  store('zinterstore', 'inter'),
  store('zdiffstore', 'diff'),
  {
    name: 'zintercard',
    arity: -3,
    keys: numberedKeys(1),
    write: false,
    run(context, argv) {
      const { sources, limit } = parseRequest(context, argv, 1, { name: 'zintercard', allows: ['limit'] });
      return intersect(sources, SUM, limit === 0 ? Number.POSITIVE_INFINITY : limit).length;
    },
  },
];

function answer(name: string, operation: Operation): Command {
  const allows = operation === 'diff' ? ['withscores'] : ['weights', 'aggregate', 'withscores'];
  return {
    name,
    arity: -3,
    keys: numberedKeys(1),
    write: false,
    run(context, argv) {
      const request = parseRequest(context, argv, 1, { name, allows });
      const reply: Reply[] = [];
      combine(operation, request).forEach((member, score) => {
        reply.push(member);
        if (request.withScores) reply.push(formatDouble(score));
      });
      return reply;
    },
  };
}

function store(name: string, operation: Operation): Command {
  const allows = operation === 'diff' ? [] : ['weights', 'aggregate'];
  const sourceKeys = numberedKeys(2);
  return {
    name,
    arity: -4,
    keys: (argv) => [argv[1] as string, ...sourceKeys(argv)],
    write: true,
    run(context, argv) {
      const request = parseRequest(context, argv, 2, { name, allows });
      const result = combine(operation, request);
      result.pack();
      return storeSortedSet(context.db, argv[1] as string, result);
    },
  };
}

/** Reads `numkeys key [key ...] [options]` from `at` on. */
function parseRequest(
  { db }: CommandContext,
  argv: readonly string[],
  at: number,
  { name, allows }: { readonly name: string; readonly allows: readonly string[] },
): Request {
  const keyCount = parseInteger(argv[at] as string);
  if (keyCount < 1) throw new ErrorReply(`ERR at least 1 input key is needed for '${name}' command`);
  const end = at + 1 + keyCount;
  if (end > argv.length) throw SYNTAX_ERROR;
  const sources = argv.slice(at + 1, end).map((key): Source => {
    const value = db.get(key);
    if (value === undefined || value instanceof SortedSet || value instanceof SetValue)
      return { set: value, weight: 1 };
    throw WRONG_TYPE;
  });
  let aggregate = SUM;
  let withScores = false;
  let limit = 0;
  for (let index = end; index < argv.length; index++) {
    const option = (argv[index] as string).toLowerCase();
    const values = argv.length - 1 - index;
    if (!allows.includes(option)) throw SYNTAX_ERROR;
    if (option === 'weights' && values >= keyCount) {
      for (const source of sources) source.weight = parseFloatStrict(argv[++index] as string, WEIGHT_NOT_A_FLOAT);
    } else if (option === 'aggregate' && values >= 1) {
      const chosen = AGGREGATES.get((argv[++index] as string).toLowerCase());
      if (chosen === undefined) throw SYNTAX_ERROR;
      aggregate = chosen;
    } else if (option === 'limit' && values >= 1) limit = parseAtLeast(0, argv[++index] as string, LIMIT_NEGATIVE);
    else if (option === 'withscores') withScores = true;
    else throw SYNTAX_ERROR;
  }
  return { sources, aggregate, withScores, limit };
}

function combine(operation: Operation, { sources, aggregate }: Request): SortedSet {
  switch (operation) {
    case 'union':
      return unite(sources, aggregate);
    case 'inter':
      return intersect(sources, aggregate, Number.POSITIVE_INFINITY);
    case 'diff':
      return subtract(sources);
  }
}

function unite(sources: readonly Source[], aggregate: Aggregate): SortedSet {
  const result = new SortedSet(false);
  const scores = new Map<string, number>();
  for (const source of bySize(sources)) {
    forEachMember(source, (member, score) => {
      const present = scores.get(member);
      scores.set(member, present === undefined ? score : aggregate(present, score));
    });
  }
  for (const [member, score] of scores) result.add(member, score);
  return result;
}

function intersect(sources: readonly Source[], aggregate: Aggregate, limit: number): SortedSet {
  const result = new SortedSet(false);
  const [smallest, ...others] = bySize(sources) as [Source, ...Source[]];
  forEachMember(smallest, (member, first) => {
    if (result.length >= limit) return;
    let score = first;
    for (const other of others) {
      const added = weightedScore(other, member);
      if (added === undefined) return;
      score = aggregate(score, added);
    }
    result.add(member, score);
  });
  return result;
}

/** Members of the first source, with its scores, that are in none of the others. */
function subtract([first, ...others]: readonly Source[]): SortedSet {
  const result = new SortedSet(false);
  forEachMember(first as Source, (member, score) => {
    if (!others.some((other) => weightedScore(other, member) !== undefined)) result.add(member, score);
  });
  return result;
}

/** Redis starts from the smallest source, and sums of floats depend on the order. */
function bySize(sources: readonly Source[]): Source[] {
  return [...sources].sort((left, right) => sizeOf(left) - sizeOf(right));
}

function sizeOf({ set }: Source): number {
  if (set === undefined) return 0;
  return set.type === 'zset' ? set.length : set.members.size;
}

function forEachMember({ set, weight }: Source, visitor: (member: string, score: number) => void): void {
  if (set === undefined) return;
  if (set.type === 'zset') {
    set.forEach((member, score) => {
      visitor(member, weigh(score, weight));
    });
  } else for (const member of set.members) visitor(member, weight);
}

function weightedScore({ set, weight }: Source, member: string): number | undefined {
  if (set === undefined) return undefined;
  if (set.type === 'set') return set.members.has(member) ? weight : undefined;
  const score = set.score(member);
  return score === undefined ? undefined : weigh(score, weight);
}

function weigh(score: number, weight: number): number {
  return orZero(score * weight);
}

/** What Redis makes of inf - inf and of 0 * inf. */
function orZero(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

/** Not Math.min, which puts -0 before 0: to Redis they are equal, and the left one stays. */
function smaller(left: number, right: number): number {
  if (right < left) return right;
  return left;
}

function larger(left: number, right: number): number {
  if (right > left) return right;
  return left;
}
