import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LongDouble } from '../../src/simredis/long-double.ts';
import {
  formatDouble,
  integerReply,
  parseBigInteger,
  parseFloatStrict,
  parseInteger,
  parseTimeoutMs,
} from '../../src/simredis/numbers.ts';
import { ErrorReply, NOT_A_FLOAT, NOT_AN_INTEGER } from '../../src/simredis/reply.ts';
import { type Backend, describeWithRedis, openBackend } from '../conformance/backends.ts';

/** Numbers whose 18th significant digit is a 5 and their last: C rounds them to even. */
const tiedAtSeventeenDigits = fc.integer({ min: 0, max: 15 }).chain((exponent) => {
  const scale = 2 ** (17 - exponent);
  const least = 10 ** exponent * scale;
  const most = Math.min(10 * least, Number.MAX_SAFE_INTEGER) - 2;
  return fc.integer({ min: Math.ceil(least / 2), max: Math.floor(most / 2) }).map((half) => (half * 2 + 1) / scale);
});

/** What a call throws: replies are no Errors, so that toThrow does not see them. */
function thrownBy(call: () => unknown): unknown {
  try {
    return { returned: call() };
  } catch (error) {
    return error;
  }
}

describe('integers', () => {
  test.each([
    ['0', 0],
    ['-1', -1],
    ['123456789012345', 123456789012345],
    ['9223372036854775807', 2 ** 63],
  ])('%j is an integer', (bytes, value) => expect(parseInteger(bytes)).toBe(value));

  test.each([
    '',
    '-',
    '+1',
    ' 1',
    '1 ',
    '01',
    '-0',
    '00',
    '1.0',
    '1e3',
    '0x1',
    '9223372036854775808',
    '-9223372036854775809',
    '1\n',
  ])('%j is none', (bytes) => expect(thrownBy(() => parseInteger(bytes))).toBe(NOT_AN_INTEGER));

  test('a caller gives the error', () => {
    const error = new ErrorReply('ERR of mine');
    expect(thrownBy(() => parseInteger('x', error))).toBe(error);
  });

  test('every 64-bit integer is read exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(parseBigInteger(String(value))).toBe(value);
        expect(BigInt(integerReply(value))).toBe(value);
      }),
    );
  });
});

describe('floats', () => {
  test.each([
    ['1', 1],
    ['+1.5', 1.5],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['0x1p-3', 0.125],
    ['0xA', 10],
    ['inf', Infinity],
    ['+INF', Infinity],
    ['-Infinity', -Infinity],
    ['5e-324', 5e-324],
  ])('%j is a float', (bytes, value) => expect(parseFloatStrict(bytes)).toBe(value));

  test.each(['', ' 1', '1 ', 'nan', '-nan', 'abc', '1e', '.', '1e400', '1e-400', '0x', 'infi', '1,5'])(
    '%j is none',
    (bytes) => expect(thrownBy(() => parseFloatStrict(bytes))).toBe(NOT_A_FLOAT),
  );

  test.each([
    [3.1, '3.1000000000000001'],
    [0.1, '0.10000000000000001'],
    [100, '100'],
    [1e16, '10000000000000000'],
    [1e17, '1e+17'],
    [1.5e-5, '1.5e-05'],
    [0.0001, '0.0001'],
    [1e100, '1e+100'],
    [-0, '-0'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
    [1003245672153226 + 1 / 4, '1003245672153226.2'],
    [1003245672153226 + 3 / 4, '1003245672153226.8'],
    [-0.00390625, '-0.00390625'],
    [1e17, '1e+17'],
  ])('%d is answered as %s', (value, text) => expect(formatDouble(value)).toBe(text));

  test('17 digits give every double back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => Object.is(parseFloatStrict(formatDouble(value)), value)),
    );
  });

  test.each([
    ['10.5', '0.1', '10.6'],
    ['0.1', '0.2', '0.3'],
    ['5.0e3', '2.0e2', '5200'],
    ['1', '-1', '0'],
    ['0', '-1e-30', '0'],
    ['18446744073709551615', '2', '18446744073709551616'],
  ])('%s + %s is %s in long doubles', (a, b, sum) => {
    expect(LongDouble.parse(a).plus(LongDouble.parse(b))?.toString()).toBe(sum);
  });

  test('an infinite sum is none', () => {
    expect(LongDouble.parse('inf').plus(LongDouble.parse('1'))).toBeUndefined();
  });

  test.each([
    ['0', 0],
    ['0.1', 100],
    ['1.001', 1001],
    ['0.0001', 1],
    ['0.007', 7],
  ])('a timeout of %s s is %d ms', (bytes, ms) => expect(parseTimeoutMs(bytes)).toBe(ms));

  test('a timeout is not negative', () => {
    expect(thrownBy(() => parseTimeoutMs('-1'))).toEqual(new ErrorReply('ERR timeout is negative'));
  });
});

describeWithRedis('numbers are written as a real Redis writes them', () => {
  let redis: Backend;
  beforeAll(async () => {
    redis = await openBackend('redis');
  });
  afterAll(() => redis?.stop());

  test('scores', async () => {
    // A listpack forgets the sign of -0, a skiplist does not.
    const scores = fc.oneof(fc.double({ noNaN: true }), tiedAtSeventeenDigits).map((score) => score + 0);
    await fc.assert(
      fc.asyncProperty(scores, async (score) => {
        await redis.call('DEL', 'z');
        await redis.call('ZADD', 'z', formatDouble(score), 'm');
        expect(await redis.call('ZSCORE', 'z', 'm')).toBe(formatDouble(score));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('sums of long doubles', async () => {
    const decimal = fc
      .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -25, max: 25 }))
      .map(([digits, exponent]) => `${digits}e${exponent}`);
    await fc.assert(
      fc.asyncProperty(decimal, decimal, async (a, b) => {
        await redis.call('SET', 'f', a);
        const sum = LongDouble.parse(a).plus(LongDouble.parse(b));
        expect(sum?.toString()).toBe(await redis.call('INCRBYFLOAT', 'f', b));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});
