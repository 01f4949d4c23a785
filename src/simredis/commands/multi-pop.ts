import { ErrorReply, SYNTAX_ERROR } from '../reply.ts';
import { parseAtLeast } from './index-range.ts';

const NUMKEYS_TOO_LOW = new ErrorReply('ERR numkeys should be greater than 0');
const COUNT_TOO_LOW = new ErrorReply('ERR count should be greater than 0');

/** The arguments that LMPOP, BLMPOP, ZMPOP and BZMPOP share: `numkeys key [key ...] <end> [COUNT count]`. */
export interface MultiPop {
  readonly keys: readonly string[];
  /** Whether the second of the two words for an end was given. */
  readonly fromSecondEnd: boolean;
  readonly count: number;
}

/**
 * @param at where `numkeys` stands.
 * @param ends the two words for the ends, in lower case.
 */
export function parseMultiPop(argv: readonly string[], at: number, ends: readonly [string, string]): MultiPop {
  const keyCount = parseAtLeast(1, argv[at] as string, NUMKEYS_TOO_LOW);
  const endAt = at + 1 + keyCount;
  const end = argv[endAt]?.toLowerCase();
  if (end !== ends[0] && end !== ends[1]) throw SYNTAX_ERROR;
  let count: number | undefined;
  for (let index = endAt + 1; index < argv.length; index += 2) {
    if (count !== undefined || argv[index]?.toLowerCase() !== 'count' || index + 1 === argv.length) throw SYNTAX_ERROR;
    count = parseAtLeast(1, argv[index + 1] as string, COUNT_TOO_LOW);
  }
  return { keys: argv.slice(at + 1, endAt), fromSecondEnd: end === ends[1], count: count ?? 1 };
}

/** The keys after a `numkeys` argument at `at`, for `Command.keys`. None where the number makes no sense. */
export function numberedKeys(at: number): (argv: readonly string[]) => string[] {
  return (argv) => {
    const count = Number(argv[at]);
    return Number.isInteger(count) && count > 0 ? argv.slice(at + 1, at + 1 + count) : [];
  };
}
