import { ErrorReply } from '../reply.ts';

/**
 * A stream entry's id: milliseconds and a sequence number.
 *
 * Redis keeps both in 64 bits. Here each is a number: exact up to 2^53 − 1, with Infinity standing for 2^64 − 1, the end of
 * all ids. What lies between is refused where it would be stored, and as the bound of a range it is `BETWEEN`, which sorts
 * as it should: after everything that can be stored but the end.
 */
export interface StreamId {
  readonly ms: number;
  readonly seq: number;
}

export const MIN_ID: StreamId = { ms: 0, seq: 0 };
export const MAX_ID: StreamId = { ms: Infinity, seq: Infinity };

const BETWEEN = Number.MAX_SAFE_INTEGER + 1;
const UINT64_MAX_TEXT = '18446744073709551615';
const UINT64_MAX = 18446744073709551615n;
/** Digits that a number holds exactly whatever they are. */
const SAFE_DIGITS = 15;
/** Redis copies an id to a buffer of this size, and refuses what does not fit. */
const ID_LENGTH_MAX = 127;
/** What strtoull takes where string2ll would not: blanks ahead, a plus, leading zeros. */
const LENIENT_UNSIGNED = /^[ \t\n\v\f\r]*\+?(\d+)$/;
const ZERO = 48;
const NINE = 57;

export const INVALID_ID = new ErrorReply('ERR Invalid stream ID specified as stream command argument');
export const INVALID_START = new ErrorReply('ERR invalid start ID for the interval');
export const INVALID_END = new ErrorReply('ERR invalid end ID for the interval');
const NOT_SIMULATED = new ErrorReply('ERR windtunnel does not simulate stream ids with a part between 2^53 and 2^64-2');

/** Negative where `a` comes before `b`, 0 where they are equal. */
export function compareIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  return 0;
}

/** The id as Redis writes it. */
export function formatId(id: StreamId): string {
  return `${formatPart(id.ms)}-${formatPart(id.seq)}`;
}

/** The last three digits of a time in milliseconds. */
const MILLISECONDS = Array.from({ length: 1000 }, (_, ms) => String(ms).padStart(3, '0'));
let lastSecond = -1;
let lastSecondText = '';

/** Writing a number of 13 digits costs more than the rest of a short reply, and neighbours mostly share their second. */
function formatPart(part: number): string {
  if (part < 1e6) return String(part);
  if (part === Infinity) return UINT64_MAX_TEXT;
  const second = Math.floor(part / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastSecondText = String(second);
  }
  return lastSecondText + (MILLISECONDS[part - second * 1000] as string);
}

/** The next id, undefined after the last one. */
export function idAfter(id: StreamId): StreamId | undefined {
  if (id.seq !== Infinity) return { ms: id.ms, seq: id.seq + 1 };
  return id.ms === Infinity ? undefined : { ms: id.ms + 1, seq: 0 };
}

/** The id before, as the bound of a range; undefined before 0-0. */
export function idBefore(id: StreamId): StreamId | undefined {
  if (id.seq > 0) return { ms: id.ms, seq: partBefore(id.seq) };
  return id.ms === 0 ? undefined : { ms: partBefore(id.ms), seq: Infinity };
}

function partBefore(part: number): number {
  return part === Infinity ? BETWEEN : part - 1;
}

/**
 * `ms-seq` or `ms`, which stands for `ms-missingSeq`.
 *
 * @throws {ErrorReply} INVALID_ID
 */
export function parseId(bytes: string, missingSeq = 0): StreamId {
  if (bytes.length > ID_LENGTH_MAX) throw INVALID_ID;
  const dash = bytes.indexOf('-');
  if (dash < 0) return { ms: parsePart(bytes, 0, bytes.length), seq: missingSeq };
  return { ms: parsePart(bytes, 0, dash), seq: parsePart(bytes, dash + 1, bytes.length) };
}

/** The same, also taking `-` for the first id and `+` for the last. */
export function parseLenientId(bytes: string, missingSeq = 0): StreamId {
  if (bytes === '-') return MIN_ID;
  if (bytes === '+') return MAX_ID;
  return parseId(bytes, missingSeq);
}

/** The id that XADD is asked for: `*` leaves all of it to the server, `ms-*` the sequence number. */
export interface RequestedId {
  readonly ms: number | undefined;
  readonly seq: number | undefined;
}

export const ANY_ID: RequestedId = { ms: undefined, seq: undefined };

export function parseRequestedId(bytes: string): RequestedId {
  if (bytes === '*') return ANY_ID;
  if (!bytes.endsWith('-*')) return parseId(bytes);
  const dash = bytes.length - 2;
  if (bytes.length > ID_LENGTH_MAX || bytes.indexOf('-') !== dash) throw INVALID_ID;
  return { ms: parsePart(bytes, 0, dash), seq: undefined };
}

/** An id that will be stored. */
export function parseStoredId(bytes: string): StreamId {
  return storable(parseId(bytes));
}

/** @throws {ErrorReply} where the id has a part that the simulation cannot hold */
export function storable(id: StreamId): StreamId {
  if (!isStorable(id.ms) || !isStorable(id.seq)) throw NOT_SIMULATED;
  return id;
}

function isStorable(part: number): boolean {
  return part < BETWEEN || part === Infinity;
}

/** The closed lower bound of a range: `5` means 5-0, `(5` what comes after it. */
export function parseStart(bytes: string): StreamId {
  if (!isOpen(bytes)) return parseLenientId(bytes);
  const id = idAfter(parseId(bytes.slice(1)));
  if (id === undefined) throw INVALID_START;
  return id;
}

/** The closed upper bound of a range: `5` means the last of ms 5, `(5` what comes before 5. */
export function parseEnd(bytes: string): StreamId {
  if (!isOpen(bytes)) return parseLenientId(bytes, Infinity);
  const id = idBefore(parseId(bytes.slice(1), Infinity));
  if (id === undefined) throw INVALID_END;
  return id;
}

function isOpen(bytes: string): boolean {
  return bytes.length > 1 && bytes.startsWith('(');
}

function parsePart(bytes: string, start: number, end: number): number {
  const digits = end - start;
  if (digits < 1 || digits > SAFE_DIGITS) return parseUnusualPart(bytes.slice(start, end));
  let value = 0;
  for (let index = start; index < end; index++) {
    const code = bytes.charCodeAt(index);
    if (code < ZERO || code > NINE) return parseUnusualPart(bytes.slice(start, end));
    value = value * 10 + (code - ZERO);
  }
  return value;
}

function parseUnusualPart(text: string): number {
  const digits = LENIENT_UNSIGNED.exec(text)?.[1];
  if (digits === undefined) throw INVALID_ID;
  const value = BigInt(digits);
  if (value > UINT64_MAX) throw INVALID_ID;
  if (value === UINT64_MAX) return Infinity;
  return value < BETWEEN ? Number(value) : BETWEEN;
}
