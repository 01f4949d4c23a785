import { ErrorReply, NOT_A_FLOAT, NOT_AN_INTEGER } from './reply.ts';

const ZERO = 48;
const NINE = 57;
const MINUS = 45;
/** Digits that a number holds exactly whatever they are. */
const SAFE_DIGITS = 15;
export const INT64_MAX = 2n ** 63n - 1n;
export const INT64_MIN = -(2n ** 63n);
/** The same bounds for arithmetic on numbers, where the last few hundred values below the limit do not matter. */
export const INT64_MAX_NUMBER = 2 ** 63;
/** From here on `%.17g` writes an exponent. */
const EXPONENT_FROM = 1e17;

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX](?:([\da-fA-F]+)\.?([\da-fA-F]*)|\.([\da-fA-F]+))(?:[pP]([+-]?\d+))?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const NONZERO_MANTISSA = /^[^eE]*[1-9]/;
const NONZERO_HEXADECIMAL = /^[+-]?0[xX][^pP]*[1-9a-fA-F]/;

const TIMEOUT_NOT_A_FLOAT = new ErrorReply('ERR timeout is not a float or out of range');
const TIMEOUT_OUT_OF_RANGE = new ErrorReply('ERR timeout is out of range');
const TIMEOUT_NEGATIVE = new ErrorReply('ERR timeout is negative');

/**
 * A 64-bit integer as Redis's string2ll reads it: no spaces, no plus, no leading zero. Beyond ±2^53 the number is the
 * nearest that JavaScript has; `parseBigInteger` is exact.
 *
 * @throws {ErrorReply} `error`
 */
export function parseInteger(bytes: string, error: ErrorReply = NOT_AN_INTEGER): number {
  const small = parseSmall(bytes);
  return small === undefined ? Number(parseBigInteger(bytes, error)) : small;
}

/** The same, exact over the whole 64-bit range. */
export function parseBigInteger(bytes: string, error: ErrorReply = NOT_AN_INTEGER): bigint {
  const value = asBigInteger(bytes);
  if (value === undefined) throw error;
  return value;
}

/** The integer, or undefined where the bytes are none that fits in 64 bits. */
export function asBigInteger(bytes: string): bigint | undefined {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(bytes) || bytes.charCodeAt(bytes.length - 1) === 10) return undefined;
  const value = BigInt(bytes);
  return value > INT64_MAX || value < INT64_MIN ? undefined : value;
}

/** The integer where it is written as string2ll wants it and has at most 15 digits, which is the case nearly always. */
export function parseSmall(bytes: string): number | undefined {
  const { length } = bytes;
  const start = bytes.charCodeAt(0) === MINUS ? 1 : 0;
  const digits = length - start;
  if (digits < 1 || digits > SAFE_DIGITS) return undefined;
  if (bytes.charCodeAt(start) === ZERO) return length === 1 ? 0 : undefined;
  let value = 0;
  for (let index = start; index < length; index++) {
    const code = bytes.charCodeAt(index);
    if (code < ZERO || code > NINE) return undefined;
    value = value * 10 + (code - ZERO);
  }
  return start === 1 ? -value : value;
}

/** An exact integer as a reply: a number where that holds it, else a bigint. */
export function integerReply(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * A double as strtod reads it, the whole text and nothing but: decimal or hexadecimal, `inf` and `infinity` of either sign
 * in any case. No spaces, no NaN, nothing that overflows or vanishes.
 *
 * @throws {ErrorReply} `error`
 */
export function parseFloatStrict(bytes: string, error: ErrorReply = NOT_A_FLOAT): number {
  const small = parseSmall(bytes);
  if (small !== undefined) return small;
  if (DECIMAL.test(bytes)) {
    const value = Number(bytes);
    if (!Number.isFinite(value) || (value === 0 && NONZERO_MANTISSA.test(bytes))) throw error;
    return value;
  }
  const infinite = INFINITE.exec(bytes);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  const value = parseHexadecimal(bytes);
  if (value === undefined || !Number.isFinite(value) || (value === 0 && NONZERO_HEXADECIMAL.test(bytes))) throw error;
  return value;
}

function parseHexadecimal(bytes: string): number | undefined {
  const match = HEXADECIMAL.exec(bytes);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = match[4] ?? '', , exponent = '0'] = match;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

/** A score as Redis 7.0 answers it: `%.17g`, so 3.1 is `3.1000000000000001`, and `inf` or `-inf`. */
export function formatDouble(value: number): string {
  if (Number.isInteger(value) && value < EXPONENT_FROM && value > -EXPONENT_FROM) {
    if (value === 0) return Object.is(value, -0) ? '-0' : '0';
    return Number.isSafeInteger(value) ? String(value) : value.toFixed(0);
  }
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const sign = value < 0 ? '-' : '';
  const { digits, exponent } = seventeenDigits(Math.abs(value));
  if (exponent < -4 || exponent >= 17) {
    const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
    return `${sign}${trimZeros(`${digits[0]}.${digits.slice(1)}`)}e${power}`;
  }
  const decimal =
    exponent < 0
      ? `0.${'0'.repeat(-exponent - 1)}${digits}`
      : `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
  return sign + trimZeros(decimal);
}

/** A positive number to 17 significant digits, a tie to the even digit as in C; JavaScript's own rounding takes it up. */
function seventeenDigits(value: number): { readonly digits: string; readonly exponent: number } {
  const [mantissa, exponentText] = value.toExponential(16).split('e') as [string, string];
  const exponent = Number(exponentText);
  const digits = mantissa.replace('.', '');
  // With one binary digit more behind the point than there are decimal ones, the decimal expansion ends in 5 right there.
  const places = 17 - exponent;
  const scaled = value * 2 ** places;
  if (places <= 0 || !Number.isInteger(scaled) || scaled % 2 === 0) return { digits, exponent };
  const exact = BigInt(scaled) * 5n ** BigInt(places);
  const below = exact / 10n;
  const even = String(below % 2n === 0n ? below : below + 1n);
  return even.length === 17 ? { digits: even, exponent } : { digits, exponent };
}

/** Takes the zeros, and the point if it comes last, from the end of a decimal fraction. */
export function trimZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

/**
 * A blocking command's timeout, given in seconds with a fraction, in whole milliseconds, rounded up as Redis does. 0 waits
 * for ever.
 */
export function parseTimeoutMs(bytes: string): number {
  const seconds = parseFloatStrict(bytes, TIMEOUT_NOT_A_FLOAT);
  const ms = Math.ceil(Number((seconds * 1000).toPrecision(15)));
  if (ms >= INT64_MAX_NUMBER) throw TIMEOUT_OUT_OF_RANGE;
  if (ms < 0) throw TIMEOUT_NEGATIVE;
  return ms === 0 ? 0 : ms;
}
