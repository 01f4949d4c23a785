import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, describeWithRedis, openBackend } from '../../conformance/backends.ts';

const byteString = fc.array(fc.integer({ min: 0, max: 255 })).map((bytes) => String.fromCharCode(...bytes));
/** Doubles that need all digits, whole numbers of every size, and those halfway between two roundings. */
const number = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }).map(Number),
  fc.tuple(fc.integer({ min: 2 ** 49, max: 2 ** 53 - 1 }), fc.integer({ min: 1, max: 12 })).map(([m, e]) => m / 2 ** e),
);

describeWithRedis('values cross between Lua and Redis as in a real Redis', () => {
  let redis: Backend;
  let sim: Backend;
  beforeAll(async () => {
    redis = await openBackend('redis');
    sim = await openBackend('sim');
  });
  afterAll(() => redis?.stop());

  const sameAnswer = async (...argv: string[]): Promise<void> => {
    expect(await sim.call(...argv)).toEqual(await redis.call(...argv));
  };

  test('a number is answered, written out by tostring and handed to a command alike', async () => {
    const script = "local n = tonumber(ARGV[1]) return {n, tostring(n), redis.call('echo', n), cjson.encode(n)}";
    const finite = number.filter(Number.isFinite);
    await fc.assert(fc.asyncProperty(finite, (value) => sameAnswer('EVAL', script, '0', String(value))));
  });

  test('string.format writes an integer alike, whatever the directive', async () => {
    const directive = fc
      .tuple(
        fc.constantFrom('', '-', '0', '+', ' ', '#', '-+'),
        fc.constantFrom('', '1', '25'),
        fc.constantFrom('', '.0', '.5', '.22'),
        fc.constantFrom('d', 'i', 'u', 'x', 'X', 'o'),
      )
      .map((parts) => `%${parts.join('')}`);
    const script = 'return string.format(ARGV[1], tonumber(ARGV[2]))';
    await fc.assert(
      fc.asyncProperty(directive, number.filter(Number.isFinite), (format, value) =>
        sameAnswer('EVAL', script, '0', `[${format}|%%]`, String(value)),
      ),
    );
  });

  test('bytes come back as they were sent, and cjson escapes them alike', async () => {
    const script = "return {ARGV[1], #ARGV[1], redis.call('echo', ARGV[1]), cjson.encode(ARGV[1])}";
    await fc.assert(fc.asyncProperty(byteString, (text) => sameAnswer('EVAL', script, '0', text)));
  });

  test('JSON is decoded and encoded again alike', async () => {
    const script = 'return cjson.encode(cjson.decode(ARGV[1]))';
    const json = fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text).toString('latin1'));
    await fc.assert(fc.asyncProperty(json, (text) => sameAnswer('EVAL', script, '0', text)));
  });

  test('JSON with a character changed is refused alike, or read alike', async () => {
    const script = 'return cjson.encode(cjson.decode(ARGV[1]))';
    const broken = fc
      .tuple(fc.json({ maxDepth: 2 }), fc.nat(), fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '\\', '1', 'x'))
      .map(([text, at, char]) => {
        const bytes = Buffer.from(text).toString('latin1');
        const index = at % bytes.length;
        return bytes.slice(0, index) + char + bytes.slice(index + 1);
      });
    await fc.assert(fc.asyncProperty(broken, (text) => sameAnswer('EVAL', script, '0', text)));
  });

  test('bit reckons alike', async () => {
    const script = `local a, b = tonumber(ARGV[1]), tonumber(ARGV[2])
      return {bit.tobit(a), bit.bnot(a), bit.band(a, b), bit.bor(a, b), bit.bxor(a, b), bit.lshift(a, b), bit.rshift(a, b),
        bit.arshift(a, b), bit.rol(a, b), bit.ror(a, b), bit.bswap(a), bit.tohex(a), bit.tohex(a, b % 9)}`;
    const operand = fc.oneof(fc.integer(), fc.double({ min: -(2 ** 51), max: 2 ** 51, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(operand, fc.nat(40), (a, b) => sameAnswer('EVAL', script, '0', String(a), String(b))),
    );
  });
});
