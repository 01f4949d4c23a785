import type { Command, CommandContext } from '../command.ts';
import type { Keyspace } from '../keyspace.ts';
import { SetValue } from '../keyspace.ts';
import { ErrorReply, type Reply, SYNTAX_ERROR } from '../reply.ts';
import { parseAtLeast } from './index-range.ts';
import { numberedKeys } from './multi-pop.ts';

const NUMKEYS_TOO_LOW = new ErrorReply('ERR numkeys should be greater than 0');
const NUMKEYS_TOO_HIGH = new ErrorReply("ERR Number of keys can't be greater than number of args");
const LIMIT_NEGATIVE = new ErrorReply("ERR LIMIT can't be negative");

type Members = ReadonlySet<string>;
type Operation = (sources: readonly Members[]) => Set<string>;

const EMPTY: Members = new Set();

/** Unions, intersections and differences of sets. */
export const SET_ALGEBRA_COMMANDS: readonly Command[] = [
  answer('sinter', intersect),
  answer('sunion', unite),
  answer('sdiff', subtract),
  store('sinterstore', intersect),
  store('sunionstore', unite),
  store('sdiffstore', subtract),
  { name: 'sintercard', arity: -3, keys: numberedKeys(1), write: false, run: intersectionSize },
];

function answer(name: string, operation: Operation): Command {
  return {
    name,
    arity: -2,
    keys: [1, -1, 1],
    write: false,
    run: ({ db }, argv) => [...operation(sourcesOf(db, argv.slice(1)))],
  };
}

function store(name: string, operation: Operation): Command {
  return {
    name,
    arity: -3,
    keys: [1, -1, 1],
    write: true,
    run({ db }, argv) {
      const members = operation(sourcesOf(db, argv.slice(2)));
      const target = argv[1] as string;
      db.delete(target);
      if (members.size === 0) return 0;
      const result = new SetValue();
      for (const member of members) result.members.add(member);
      db.set(target, result);
      return members.size;
    },
  };
}

/** SINTERCARD numkeys key [key ...] [LIMIT limit] */
function intersectionSize({ db }: CommandContext, argv: readonly string[]): Reply {
  const keyCount = parseAtLeast(1, argv[1] as string, NUMKEYS_TOO_LOW);
  const end = 2 + keyCount;
  if (end > argv.length) throw NUMKEYS_TOO_HIGH;
  let limit = 0;
  for (let index = end; index < argv.length; index += 2) {
    if (argv[index]?.toLowerCase() !== 'limit' || index + 1 === argv.length) throw SYNTAX_ERROR;
    limit = parseAtLeast(0, argv[index + 1] as string, LIMIT_NEGATIVE);
  }
  const { size } = intersect(sourcesOf(db, argv.slice(2, end)), limit === 0 ? Number.POSITIVE_INFINITY : limit);
  return size;
}

function sourcesOf(db: Keyspace, keys: readonly string[]): Members[] {
  return keys.map((key) => db.setValue(key)?.members ?? EMPTY);
}

function intersect(sources: readonly Members[], limit = Number.POSITIVE_INFINITY): Set<string> {
  const [smallest, ...others] = [...sources].sort((left, right) => left.size - right.size) as [Members, ...Members[]];
  const result = new Set<string>();
  for (const member of smallest) {
    if (!others.every((other) => other.has(member))) continue;
    result.add(member);
    if (result.size >= limit) break;
  }
  return result;
}

function unite(sources: readonly Members[]): Set<string> {
  const result = new Set<string>();
  for (const source of sources) for (const member of source) result.add(member);
  return result;
}

/** Members of the first source that are in none of the others. */
function subtract([first, ...others]: readonly Members[]): Set<string> {
  const result = new Set<string>();
  for (const member of first as Members) if (!others.some((other) => other.has(member))) result.add(member);
  return result;
}
