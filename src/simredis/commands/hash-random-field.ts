import type { Command, CommandContext } from '../command.ts';
import { INT64_MAX, parseBigInteger } from '../numbers.ts';
import { ErrorReply, NIL, type Reply, SYNTAX_ERROR } from '../reply.ts';

const BELOW_MINIMUM = new ErrorReply(`ERR value is out of range, value must between -${INT64_MAX} and ${INT64_MAX}`);
const OUT_OF_RANGE = new ErrorReply('ERR value is out of range');

function hrandfield({ db, server }: CommandContext, argv: readonly string[]): Reply {
  const key = argv[1] as string;
  if (argv.length === 2) {
    const fields = [...(db.hash(key)?.fields.keys() ?? [])];
    return fields.length === 0 ? NIL : (fields[server.random(fields.length)] as string);
  }
  const count = parseBigInteger(argv[2] as string);
  if (count < -INT64_MAX) throw BELOW_MINIMUM;
  const withValues = argv.length === 4 && argv[3]?.toLowerCase() === 'withvalues';
  if (argv.length > 3 && !withValues) throw SYNTAX_ERROR;
  const magnitude = count < 0n ? -count : count;
  if (withValues && magnitude > INT64_MAX / 2n) throw OUT_OF_RANGE;
  const entries = [...(db.hash(key)?.fields ?? [])];
  if (entries.length === 0) return [];
  const chosen =
    count < 0n ? repeated(entries, -Number(count), server.random) : distinct(entries, Number(count), server.random);
  return withValues ? chosen.flat() : chosen.map(([field]) => field);
}

/** Draws with replacement. */
function repeated<T>(items: readonly T[], count: number, random: (below: number) => number): T[] {
  const drawn: T[] = [];
  for (let index = 0; index < count; index++) drawn.push(items[random(items.length)] as T);
  return drawn;
}

/** Draws without replacement; all of them, in their order, where as many are asked for. Reorders `items`. */
function distinct<T>(items: T[], count: number, random: (below: number) => number): T[] {
  if (count >= items.length) return items;
  for (let index = 0; index < count; index++) {
    const other = index + random(items.length - index);
    const swapped = items[index] as T;
    items[index] = items[other] as T;
    items[other] = swapped;
  }
  return items.slice(0, count);
}

/** HRANDFIELD rolls the server's die. */
export const HASH_RANDOM_FIELD: Command = {
  name: 'hrandfield',
  arity: -2,
  keys: [1, 1, 1],
  write: false,
  run: hrandfield,
};
