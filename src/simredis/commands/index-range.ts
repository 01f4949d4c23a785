import { parseInteger } from '../numbers.ts';
import type { ErrorReply } from '../reply.ts';

/** Positions from `start` to `stop`, both included. Empty where `start` is beyond `stop`. */
export interface IndexRange {
  readonly start: number;
  readonly stop: number;
}

const NOTHING: IndexRange = { start: 1, stop: 0 };

/** What LRANGE, LTRIM and ZRANGE mean by two indexes, negative ones counting from the end, in `length` elements. */
export function clampRange(start: number, stop: number, length: number): IndexRange {
  const from = start < 0 ? Math.max(start + length, 0) : start;
  const to = Math.min(stop < 0 ? stop + length : stop, length - 1);
  return from > to ? NOTHING : { start: from, stop: to };
}

/** An integer of at least `minimum`. @throws {ErrorReply} `error` where it is less, or no integer at all. */
export function parseAtLeast(minimum: number, bytes: string, error: ErrorReply): number {
  const value = parseInteger(bytes, error);
  if (value < minimum) throw error;
  return value;
}
