import { INT64_MAX, parseBigInteger } from '../numbers.ts';
import { ErrorReply } from '../reply.ts';

/** What a time argument counts: EX and EXPIRE seconds, PX and PEXPIRE milliseconds. */
export type Unit = 's' | 'ms';

const MS_PER_S = 1000n;

/**
 * A time argument as a deadline in ms since the epoch. Whether it may be negative, or lie in the past, is the caller's.
 *
 * @param baseMs what it is relative to: now, or 0 for a time since the epoch.
 * @throws {ErrorReply} where it is no integer, or the deadline does not fit in 64 bits.
 */
export function parseDeadline(bytes: string, unit: Unit, baseMs: number, command: string): number {
  const deadline = toMs(parseBigInteger(bytes), unit, command) + BigInt(baseMs);
  if (deadline > INT64_MAX) throw invalidExpireTime(command);
  return Number(deadline);
}

/** The same for SET and GETEX, which refuse a time of zero or less. */
export function parseFutureDeadline(bytes: string, unit: Unit, baseMs: number, command: string): number {
  const value = parseBigInteger(bytes);
  if (value <= 0n) throw invalidExpireTime(command);
  const deadline = toMs(value, unit, command) + BigInt(baseMs);
  if (deadline > INT64_MAX) throw invalidExpireTime(command);
  return Number(deadline);
}

function toMs(value: bigint, unit: Unit, command: string): bigint {
  if (unit === 'ms') return value;
  if (value > INT64_MAX / MS_PER_S || value < -INT64_MAX / MS_PER_S) throw invalidExpireTime(command);
  return value * MS_PER_S;
}

function invalidExpireTime(command: string): ErrorReply {
  return new ErrorReply(`ERR invalid expire time in '${command}' command`);
}
