import { parseInteger } from '../numbers.ts';
import { ErrorReply, SYNTAX_ERROR } from '../reply.ts';
import type { Stream, TrimGoal } from '../types/stream.ts';
import { ANY_ID, parseId, parseRequestedId, type RequestedId } from '../types/stream-id.ts';
import { NODE_ENTRIES_MAX } from '../types/stream-node.ts';

/** MAXLEN or MINID, with `=` or `~` and LIMIT. */
export interface Trimming {
  readonly goal: TrimGoal;
  readonly approximate: boolean;
  /** 0 is no limit. */
  readonly limit: number;
}

export interface AddOptions {
  readonly trimming: Trimming | undefined;
  readonly noMakeStream: boolean;
  /** Undefined where the arguments end before it. */
  readonly id: RequestedId | undefined;
  /** Index of the first field. */
  readonly fieldsAt: number;
}

/** What Redis trims at most in one `~` call where LIMIT is not given: a hundred nodes. */
const DEFAULT_LIMIT = 100 * NODE_ENTRIES_MAX;
const FIRST_OPTION = 2;

const TWO_GOALS = new ErrorReply('ERR syntax error, MAXLEN and MINID options at the same time are not compatible');
const NEGATIVE_MAXLEN = new ErrorReply('ERR The MAXLEN argument must be >= 0.');
const NEGATIVE_LIMIT = new ErrorReply('ERR The LIMIT argument must be >= 0.');
const LIMIT_WITHOUT_GOAL = new ErrorReply(
  'ERR syntax error, LIMIT cannot be used without specifying a trimming strategy',
);
const LIMIT_WITHOUT_TILDE = new ErrorReply('ERR syntax error, LIMIT cannot be used without the special ~ option');
const NO_GOAL = new ErrorReply('ERR syntax error, XTRIM must be called with a trimming strategy');
const NO_OPTIONS: AddOptions = { trimming: undefined, noMakeStream: false, id: ANY_ID, fieldsAt: FIRST_OPTION + 1 };

/** XADD's options, which end with the id. */
export function parseAddOptions(argv: readonly string[]): AddOptions {
  return argv[FIRST_OPTION] === '*' ? NO_OPTIONS : parseOptions(argv, true);
}

/** XTRIM's options, which end with the call. */
export function parseTrimOptions(argv: readonly string[]): Trimming {
  return parseOptions(argv, false).trimming as Trimming;
}

function parseOptions(argv: readonly string[], xadd: boolean): AddOptions {
  let goal: TrimGoal | undefined;
  let approximate = false;
  let limit: number | undefined;
  let noMakeStream = false;
  let id: RequestedId | undefined;
  let index = FIRST_OPTION;
  for (; index < argv.length && id === undefined; index++) {
    const option = (argv[index] as string).toLowerCase();
    const more = argv.length - 1 - index;
    if ((option === 'maxlen' || option === 'minid') && more > 0) {
      if (goal !== undefined) throw TWO_GOALS;
      const sign = argv[index + 1];
      approximate = more > 1 && sign === '~';
      if (more > 1 && (sign === '~' || sign === '=')) index++;
      goal = parseGoal(option, argv[++index] as string);
    } else if (option === 'limit' && more > 0) {
      limit = parseInteger(argv[++index] as string);
      if (limit < 0) throw NEGATIVE_LIMIT;
    } else if (xadd && option === 'nomkstream') {
      noMakeStream = true;
    } else if (xadd) {
      id = parseRequestedId(argv[index] as string);
    } else {
      throw SYNTAX_ERROR;
    }
  }
  if (goal === undefined && limit) throw LIMIT_WITHOUT_GOAL;
  if (goal === undefined && !xadd) throw NO_GOAL;
  if (limit !== undefined && !approximate) throw LIMIT_WITHOUT_TILDE;
  const trimming = goal && { goal, approximate, limit: limit ?? (approximate ? DEFAULT_LIMIT : 0) };
  return { trimming, noMakeStream, id, fieldsAt: index };
}

/** Returns how many entries are gone. */
export function trim(stream: Stream, { goal, approximate, limit }: Trimming): number {
  return stream.trim(goal, approximate, limit);
}

function parseGoal(option: 'maxlen' | 'minid', bytes: string): TrimGoal {
  if (option === 'minid') return { minId: parseId(bytes) };
  const maxLength = parseInteger(bytes);
  if (maxLength < 0) throw NEGATIVE_MAXLEN;
  return { maxLength };
}
