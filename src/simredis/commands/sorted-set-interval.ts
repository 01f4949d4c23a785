import { parseFloatStrict, parseSmall } from '../numbers.ts';
import { ErrorReply } from '../reply.ts';
import type { SortedSet } from '../types/sorted-set.ts';

const NOT_A_SCORE = new ErrorReply('ERR min or max is not a float');
const NOT_A_LEX_ITEM = new ErrorReply('ERR min or max not valid string range item');
const OVERFLOWING = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The ranks from `start` (included) to `end` (excluded), counted from the lowest. */
export interface RankInterval {
  readonly start: number;
  readonly end: number;
}

/** Ranks of the scores between two bounds as ZRANGEBYSCORE writes them: `1.5`, `(1.5`, `-inf`, `+inf`. */
export function scoreInterval(min: string, max: string): (set: SortedSet) => RankInterval {
  const low = parseScore(min);
  const high = parseScore(max);
  const lowIsOpen = isOpen(min);
  const highIsOpen = isOpen(max);
  return (set) => ({ start: set.countBelow(low, lowIsOpen), end: set.countBelow(high, !highIsOpen) });
}

/** Ranks of the members between two bounds as ZRANGEBYLEX writes them: `[a`, `(a`, `-`, `+`. */
export function lexInterval(min: string, max: string): (set: SortedSet) => RankInterval {
  checkLex(min);
  checkLex(max);
  return (set) => ({ start: countBelowLex(set, min, isOpen(min)), end: countBelowLex(set, max, !isOpen(max)) });
}

function isOpen(bound: string): boolean {
  return bound.charCodeAt(0) === 0x28;
}

/** Unlike a score of ZADD, a bound is what C's strtod makes of it: spaces before it, or an overflow, do no harm. */
function parseScore(bound: string): number {
  const text = isOpen(bound) ? bound.slice(1) : bound;
  const small = parseSmall(text);
  if (small !== undefined) return small;
  if (text === '') return 0;
  const unpadded = text.replace(/^[ \t\n\v\f\r]+/, '');
  return OVERFLOWING.test(unpadded) ? Number(unpadded) : parseFloatStrict(unpadded, NOT_A_SCORE);
}

function checkLex(bound: string): void {
  if (bound !== '-' && bound !== '+' && bound[0] !== '[' && bound[0] !== '(') throw NOT_A_LEX_ITEM;
}

function countBelowLex(set: SortedSet, bound: string, inclusive: boolean): number {
  if (bound === '-') return 0;
  if (bound === '+') return set.length;
  return set.countBelowLex(bound.slice(1), inclusive);
}
