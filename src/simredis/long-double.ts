import { type ErrorReply, NOT_A_FLOAT } from './reply.ts';

/** x87's extended precision, which is what `long double` is where Redis runs. */
const MANTISSA_BITS = 64;
/** The largest power of two below infinity, plus one, and the smallest that is not zero. */
const TOP_EXPONENT = 16_384;
const BOTTOM_EXPONENT = -16_445;
/** Beyond these powers of ten everything overflows or vanishes, however many digits stand before. */
const DECIMAL_EXPONENT_MAX = 11_000;
/** Redis refuses longer texts. */
const TEXT_LENGTH_MAX = 5 * 1024 - 1;
const FRACTION_DIGITS = 17;
const FRACTION_SCALE = 10n ** BigInt(FRACTION_DIGITS);

const DECIMAL = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:[eE]([+-]?\d+))?$/;
const HEXADECIMAL = /^([+-]?)0[xX](?:([\da-fA-F]+)\.?([\da-fA-F]*)|\.([\da-fA-F]+))(?:[pP]([+-]?\d+))?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/**
 * An 80-bit float: `mantissa × 2^exponent`, the mantissa at most 64 bits wide. INCRBYFLOAT and HINCRBYFLOAT reckon in it, so
 * that 10.5 + 0.1 is 10.6 and not 10.59999999999999964.
 */
export class LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
  /** 1 or -1 where it is infinite. */
  readonly infinity: -1 | 0 | 1;

  private constructor(mantissa: bigint, exponent: number, infinity: -1 | 0 | 1 = 0) {
    this.mantissa = mantissa;
    this.exponent = exponent;
    this.infinity = infinity;
  }

  /**
   * Reads the whole text as strtold does. No spaces, no NaN, nothing that overflows or vanishes.
   *
   * @throws {ErrorReply} `error`
   */
  static parse(bytes: string, error: ErrorReply = NOT_A_FLOAT): LongDouble {
    if (bytes.length > TEXT_LENGTH_MAX) throw error;
    const infinite = INFINITE.exec(bytes);
    if (infinite) return new LongDouble(0n, 0, infinite[1] === '-' ? -1 : 1);
    const value = parseDecimal(bytes) ?? parseHexadecimal(bytes);
    if (value === undefined) throw error;
    const rounded = LongDouble.#round(value.numerator, value.denominator);
    if (rounded.infinity !== 0 || (rounded.mantissa === 0n && value.numerator !== 0n)) throw error;
    return rounded;
  }

  /** The sum, rounded to 64 bits; undefined where it is not a finite number. */
  plus(other: LongDouble): LongDouble | undefined {
    if (this.infinity !== 0 || other.infinity !== 0) return undefined;
    const exponent = Math.min(this.exponent, other.exponent);
    const sum =
      (this.mantissa << BigInt(this.exponent - exponent)) + (other.mantissa << BigInt(other.exponent - exponent));
    const rounded =
      exponent >= 0 ? LongDouble.#round(sum << BigInt(exponent), 1n) : LongDouble.#round(sum, 1n << BigInt(-exponent));
    return rounded.infinity === 0 ? rounded : undefined;
  }

  /** `%.17Lf` without the zeros at its end: what Redis stores and answers. */
  toString(): string {
    const magnitude = this.mantissa < 0n ? -this.mantissa : this.mantissa;
    const scaled =
      this.exponent >= 0
        ? (magnitude << BigInt(this.exponent)) * FRACTION_SCALE
        : divideRounding(magnitude * FRACTION_SCALE, 1n << BigInt(-this.exponent));
    const whole = scaled / FRACTION_SCALE;
    const fraction = String(scaled % FRACTION_SCALE)
      .padStart(FRACTION_DIGITS, '0')
      .replace(/0+$/, '');
    const text = fraction === '' ? String(whole) : `${whole}.${fraction}`;
    return this.mantissa < 0n && text !== '0' ? `-${text}` : text;
  }

  /** The nearest 80-bit float to a fraction, ties to even. */
  static #round(numerator: bigint, denominator: bigint): LongDouble {
    if (numerator === 0n) return new LongDouble(0n, 0);
    const negative = numerator < 0n;
    const magnitude = negative ? -numerator : numerator;
    // So many bits stand before the binary point, or one fewer; the rounding below takes care of either.
    let exponent = bitLength(magnitude) - bitLength(denominator) - MANTISSA_BITS;
    if (scaledQuotient(magnitude, denominator, exponent) >> BigInt(MANTISSA_BITS) > 0n) exponent++;
    exponent = Math.max(exponent, BOTTOM_EXPONENT);
    const mantissa =
      exponent >= 0
        ? divideRounding(magnitude, denominator << BigInt(exponent))
        : divideRounding(magnitude << BigInt(-exponent), denominator);
    if (bitLength(mantissa) + exponent > TOP_EXPONENT) return new LongDouble(0n, 0, negative ? -1 : 1);
    return new LongDouble(negative ? -mantissa : mantissa, exponent);
  }
}

interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

function parseDecimal(bytes: string): Fraction | undefined {
  const match = DECIMAL.exec(bytes);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = match[4] ?? '', , exponentText = '0'] = match;
  const digits = BigInt(`${whole}${fraction}`);
  const numerator = sign === '-' ? -digits : digits;
  const exponent = clamp(Number(exponentText) - fraction.length, DECIMAL_EXPONENT_MAX);
  return exponent >= 0
    ? { numerator: numerator * 10n ** BigInt(exponent), denominator: 1n }
    : { numerator, denominator: 10n ** BigInt(-exponent) };
}

function parseHexadecimal(bytes: string): Fraction | undefined {
  const match = HEXADECIMAL.exec(bytes);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = match[4] ?? '', , exponentText = '0'] = match;
  const digits = BigInt(`0x${whole}${fraction}`);
  const numerator = sign === '-' ? -digits : digits;
  const exponent = clamp(Number(exponentText) - 4 * fraction.length, 4 * DECIMAL_EXPONENT_MAX);
  return exponent >= 0
    ? { numerator: numerator << BigInt(exponent), denominator: 1n }
    : { numerator, denominator: 1n << BigInt(-exponent) };
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}

function bitLength(value: bigint): number {
  const digits = value.toString(16);
  return digits.length * 4 - Math.clz32(Number.parseInt(digits[0] as string, 16)) + 28;
}

/** numerator / denominator / 2^exponent, rounded down. */
function scaledQuotient(numerator: bigint, denominator: bigint, exponent: number): bigint {
  return exponent >= 0 ? numerator / (denominator << BigInt(exponent)) : (numerator << BigInt(-exponent)) / denominator;
}

function divideRounding(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}
