import type { Command, CommandContext } from '../command.ts';
import { formatDouble, parseFloatStrict } from '../numbers.ts';
import { ErrorReply, NIL, type Reply, SYNTAX_ERROR } from '../reply.ts';
import { SortedSet } from '../types/sorted-set.ts';

const NX_AND_XX = new ErrorReply('ERR XX and NX options at the same time are not compatible');
const GT_LT_AND_NX = new ErrorReply('ERR GT, LT, and/or NX options at the same time are not compatible');
const INCR_OF_SEVERAL = new ErrorReply('ERR INCR option supports a single increment-element pair');
const NAN_SCORE = new ErrorReply('ERR resulting score is not a number (NaN)');

/** ZADD's conditions. */
interface AddOptions {
  readonly onlyNew: boolean;
  readonly onlyExisting: boolean;
  readonly onlyGreater: boolean;
  readonly onlyLess: boolean;
  readonly countChanged: boolean;
  readonly increment: boolean;
}

const PLAIN: AddOptions = {
  onlyNew: false,
  onlyExisting: false,
  onlyGreater: false,
  onlyLess: false,
  countChanged: false,
  increment: false,
};
const INCREMENT: AddOptions = { ...PLAIN, increment: true };

/** What a sorted set holds, one member at a time. Ranges, pops and set algebra have files of their own. */
export const SORTED_SET_COMMANDS: readonly Command[] = [
  { name: 'zadd', arity: -4, keys: [1, 1, 1], write: true, run: add },
  {
    name: 'zincrby',
    arity: 4,
    keys: [1, 1, 1],
    write: true,
    run: (context, argv) => addPairs(context, argv, 2, INCREMENT),
  },
  {
    name: 'zrem',
    arity: -3,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      const key = argv[1] as string;
      const set = db.sortedSet(key);
      if (set === undefined) return 0;
      let removed = 0;
      for (let index = 2; index < argv.length; index++) if (set.delete(argv[index] as string)) removed++;
      if (removed > 0) db.touched(key);
      return removed;
    },
  },
  {
    name: 'zcard',
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => db.sortedSet(argv[1] as string)?.length ?? 0,
  },
  {
    name: 'zscore',
    arity: 3,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => scoreReply(db.sortedSet(argv[1] as string), argv[2] as string),
  },
  {
    name: 'zmscore',
    arity: -3,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const set = db.sortedSet(argv[1] as string);
      return argv.slice(2).map((member) => scoreReply(set, member));
    },
  },
  {
    name: 'zrank',
    arity: 3,
    keys: [1, 1, 1],
    write: false,
    run: ({ db }, argv) => db.sortedSet(argv[1] as string)?.rank(argv[2] as string) ?? NIL,
  },
  {
    name: 'zrevrank',
    arity: 3,
    keys: [1, 1, 1],
    write: false,
    run({ db }, argv) {
      const set = db.sortedSet(argv[1] as string);
      const rank = set?.rank(argv[2] as string);
      return set === undefined || rank === undefined ? NIL : set.length - 1 - rank;
    },
  },
];

/** ZADD key [NX|XX] [GT|LT] [CH] [INCR] score member [score member ...] */
function add(context: CommandContext, argv: readonly string[]): Reply {
  let options = PLAIN;
  let first = 2;
  for (; first < argv.length; first++) {
    const set = addOption(argv[first] as string);
    if (set === undefined) break;
    options = { ...options, ...set };
  }
  const pairs = (argv.length - first) / 2;
  if (pairs === 0 || !Number.isInteger(pairs)) throw SYNTAX_ERROR;
  if (options !== PLAIN) {
    const { onlyNew, onlyExisting, onlyGreater, onlyLess, increment } = options;
    if (onlyNew && onlyExisting) throw NX_AND_XX;
    if ((onlyNew && (onlyGreater || onlyLess)) || (onlyGreater && onlyLess)) throw GT_LT_AND_NX;
    if (increment && pairs > 1) throw INCR_OF_SEVERAL;
  }
  return addPairs(context, argv, first, options);
}

function addOption(word: string): Partial<AddOptions> | undefined {
  if (word.charCodeAt(0) <= 0x39) return undefined;
  switch (word.toLowerCase()) {
    case 'nx':
      return { onlyNew: true };
    case 'xx':
      return { onlyExisting: true };
    case 'gt':
      return { onlyGreater: true };
    case 'lt':
      return { onlyLess: true };
    case 'ch':
      return { countChanged: true };
    case 'incr':
      return { increment: true };
    default:
      return undefined;
  }
}

/** Adds the score-member pairs from `first` on. All scores are read before anything changes, as in Redis. */
function addPairs({ db }: CommandContext, argv: readonly string[], first: number, options: AddOptions): Reply {
  const key = argv[1] as string;
  const score = parseFloatStrict(argv[first] as string);
  for (let index = first + 2; index < argv.length; index += 2) parseFloatStrict(argv[index] as string);
  const existing = db.sortedSet(key);
  if (existing === undefined && options.onlyExisting) return options.increment ? NIL : 0;
  const set = existing ?? new SortedSet();
  let added = 0;
  let updated = 0;
  let result: number | undefined;
  for (let index = first; index < argv.length; index += 2) {
    const member = argv[index + 1] as string;
    const given = index === first ? score : parseFloatStrict(argv[index] as string);
    const current = set.score(member);
    const next = options.increment && current !== undefined ? current + given : given;
    if (Number.isNaN(next)) throw NAN_SCORE;
    if (!isWanted(options, current, next)) continue;
    result = next;
    if (current === next) continue;
    if (set.add(member, next)) added++;
    else updated++;
  }
  if (existing === undefined) db.set(key, set);
  else if (added + updated > 0) db.touched(key);
  if (options.increment) return result === undefined ? NIL : formatDouble(result);
  return options.countChanged ? added + updated : added;
}

function isWanted(options: AddOptions, current: number | undefined, next: number): boolean {
  if (current === undefined) return !options.onlyExisting;
  if (options.onlyNew) return false;
  return !(options.onlyGreater && next <= current) && !(options.onlyLess && next >= current);
}

function scoreReply(set: SortedSet | undefined, member: string): Reply {
  const score = set?.score(member);
  return score === undefined ? NIL : formatDouble(score);
}
