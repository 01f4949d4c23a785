import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, type BackendClient, describeWithRedis, openBackend } from '../conformance/backends.ts';
import { type Comparison, comparable } from '../conformance/normal-reply.ts';

/** The same histories on every machine; another seed is worth a try after a change. */
const SEED = 20_240_101;
const RUNS = 1_000;
const COMMANDS_MAX = 40;
const TIMEOUT_MS = 120_000;

interface Call {
  readonly client: number;
  readonly argv: readonly string[];
}

const key = fc.constantFrom('a', 'b', 'c');
const field = fc.constantFrom('f', 'g', 'h');
const integer = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map(String),
  fc.constantFrom('9223372036854775807', '-9223372036854775808', '9007199254740993', '1.5', '', ' 1', '-0', '07', 'x'),
);
const float = fc.oneof(
  fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map(String),
  fc.double({ noNaN: true }).map(String),
  fc.tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -12, max: 12 })).map(([m, e]) => `${m}e${e}`),
  integer,
  fc.constantFrom('inf', '-inf', 'nan', '0x1p4'),
);
const value = fc.oneof(fc.constantFrom('v', '', 'word', '\x00\xff'), integer, float);
const seconds = fc.constantFrom('1000', '2000', '3000', '-1', '0', 'x', '9223372036854775807');
const cased = (word: string) => fc.constantFrom(word, word.toLowerCase());
const setOption = fc.oneof(
  ...['NX', 'XX', 'GET', 'KEEPTTL', 'PERSIST'].map((word) => cased(word).map((option) => [option])),
  fc.tuple(
    fc.constantFrom('EX', 'PX', 'EXAT', 'PXAT'),
    fc.constantFrom('10000000', '20000000', '0', 'x', '9999999999999'),
  ),
);
const expireOption = fc.constantFrom('NX', 'XX', 'GT', 'LT', 'nope');
const options = <T>(option: fc.Arbitrary<T>) => fc.array(option, { maxLength: 2 });

/** A command: its name, then arguments, lists of them flattened. */
const command = (name: string, ...args: fc.Arbitrary<unknown>[]): fc.Arbitrary<string[]> =>
  fc.tuple(...args).map((values) => [name, ...(values.flat(3) as string[])]);

const names = (...all: string[]): string[] => all;
const pairs = fc.array(fc.tuple(field, value), { minLength: 1, maxLength: 3 });
const keyPairs = fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 3 });

const anyCommand: fc.Arbitrary<string[]> = fc.oneof(
  ...names('GET', 'GETDEL', 'STRLEN', 'INCR', 'DECR', 'HGETALL', 'HKEYS', 'HVALS', 'HLEN', 'TYPE', 'TTL', 'PTTL').map(
    (name) => command(name, key),
  ),
  ...names('PERSIST', 'EXPIRETIME', 'BITCOUNT').map((name) => command(name, key)),
  ...names('SETNX', 'GETSET', 'APPEND').map((name) => command(name, key, value)),
  ...names('DEL', 'UNLINK', 'EXISTS', 'TOUCH', 'MGET').map((name) => command(name, fc.array(key, { maxLength: 3 }))),
  ...names('RENAME', 'RENAMENX', 'COPY').map((name) => command(name, key, key)),
  ...names('INCRBY', 'DECRBY').map((name) => command(name, key, integer)),
  ...names('EXPIRE', 'PEXPIRE', 'EXPIREAT', 'PEXPIREAT').map((name) =>
    command(name, key, seconds, options(expireOption)),
  ),
  ...names('HGET', 'HEXISTS', 'HSTRLEN').map((name) => command(name, key, field)),
  ...names('HDEL', 'HMGET').map((name) => command(name, key, fc.array(field, { maxLength: 3 }))),
  ...names('HSET', 'HMSET').map((name) => command(name, key, pairs)),
  ...names('MSET', 'MSETNX').map((name) => command(name, keyPairs)),
  ...names('MULTI', 'EXEC', 'DISCARD', 'UNWATCH', 'DBSIZE', 'EXEC', 'MULTI').map((name) => command(name)),
  command('SET', key, value, options(setOption)),
  command('GETEX', key, options(setOption)),
  command('SETEX', key, seconds, value),
  command('INCRBYFLOAT', key, float),
  command('GETRANGE', key, integer, integer),
  command('SETRANGE', key, fc.integer({ min: -1, max: 20 }).map(String), value),
  command('SETBIT', key, fc.integer({ min: -1, max: 40 }).map(String), fc.constantFrom('0', '1', '2')),
  command('GETBIT', key, integer),
  command('COPY', key, key, fc.constant('REPLACE')),
  command('HSETNX', key, field, value),
  command('HINCRBY', key, field, integer),
  command('HINCRBYFLOAT', key, field, float),
  command('HSCAN', key, fc.constant('0')),
  command('SCAN', fc.constant('0'), fc.constant(['COUNT', '100', 'MATCH']), fc.constantFrom('*', 'a', '[ab]', '?')),
  command('KEYS', fc.constantFrom('*', 'a*', '[^a]', '**')),
  command('WATCH', fc.array(key, { minLength: 1, maxLength: 2 })),
  command('LPUSH', key, value),
);

const histories = fc.array(fc.record({ client: fc.constantFrom(0, 0, 0, 1), argv: anyCommand }), {
  maxLength: COMMANDS_MAX,
});

/** Replies whose order Redis leaves open, or which tell the time. EXEC's may hold any of them. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  HGETALL: 'pairs',
  HSCAN: 'pairs',
  HKEYS: 'unordered',
  HVALS: 'unordered',
  KEYS: 'unordered',
  SCAN: 'unordered',
  TTL: 'near',
  PTTL: 'near',
  EXPIRETIME: 'shape',
  EXEC: 'shape',
};

async function run(calls: readonly Call[], clients: readonly BackendClient[]) {
  const replies = [];
  for (const { client, argv } of calls) replies.push(await (clients[client] as BackendClient).call(...argv));
  return replies;
}

describeWithRedis('random commands', () => {
  let redis: Backend;
  beforeAll(async () => {
    redis = await openBackend('redis');
  });
  afterAll(() => redis?.stop());

  test(
    'get the same replies from the simulated Redis as from a real one',
    async () => {
      const clients = [redis, await redis.client()];
      await fc.assert(
        fc.asyncProperty(histories, async (calls) => {
          for (const client of clients) await client.call('RESET');
          await redis.call('FLUSHALL');
          const sim = await openBackend('sim');
          const real = await run(calls, clients);
          const simulated = await run(calls, [sim, await sim.client()]);
          for (const [index, { argv }] of calls.entries()) {
            const how = COMPARISONS[argv[0] as string] ?? 'exact';
            const [expected, actual] = comparable(real[index] ?? null, simulated[index] ?? null, how);
            expect(actual, argv.join(' ')).toEqual(expected);
          }
        }),
        { seed: SEED, numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});
