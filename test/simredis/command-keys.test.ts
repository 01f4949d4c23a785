import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from '../../src/runtime/private-redis.ts';
import { type Command, keysOf } from '../../src/simredis/command.ts';
import { COMMANDS } from '../../src/simredis/commands/index.ts';
import { describeWithRedis } from '../conformance/backends.ts';

/** Calls of commands whose keys depend on their arguments. */
const CALLS = [
  'EVAL script 2 a b c',
  'EVALSHA sha 1 a b',
  'XREAD COUNT 1 STREAMS a b 0 0',
  'XREADGROUP GROUP g c BLOCK 5 STREAMS a b > >',
  'ZUNIONSTORE to 2 a b WEIGHTS 1 2',
  'ZINTER 2 a b',
  'SINTERCARD 2 a b LIMIT 1',
  'LMPOP 2 a b LEFT',
  'BLMPOP 0 2 a b LEFT',
  'BZMPOP 0 1 a MIN',
].map((call) => call.split(' '));

describeWithRedis('the keys of a call', () => {
  let server: PrivateRedis;
  let redis: Redis;
  beforeAll(async () => {
    server = (await startPrivateRedis()) as PrivateRedis;
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.stop();
  });

  test('stand where a real Redis says, for every command', async () => {
    // Of OBJECT a real Redis tells them by subcommand, where they are the same.
    const fixed = [...COMMANDS.values()].filter(({ name, keys }) => typeof keys !== 'function' && name !== 'object');
    const real = (await redis.call('COMMAND', 'INFO', ...fixed.map(({ name }) => name))) as (unknown[] | null)[];
    const documented = real.map((info) => info?.slice(3, 6));
    expect(fixed.map(({ name, keys }) => [name, keys ?? [0, 0, 0]])).toEqual(
      fixed.map(({ name }, index) => [name, documented[index]]),
    );
  });

  test.each(CALLS)('of %s %s … are those that a real Redis finds', async (...call) => {
    const command = COMMANDS.get((call[0] as string).toLowerCase()) as Command;
    expect(keysOf(command, call)).toEqual(await redis.call('COMMAND', 'GETKEYS', ...call));
  });
});
