import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import acquire from '../../src/engine/concurrency-limiter.acquire.lua.ts';
import type { RedisClient } from '../../src/engine/ports.ts';
import { runScript } from '../../src/engine/script.ts';
import release from '../../src/engine/task-lock.release.lua.ts';
import { inWorld } from './world.ts';

const source = "return ARGV[1] .. ' of ' .. KEYS[1]";
const script = { source, sha1: createHash('sha1').update(source).digest('hex') };

/** The client, and the names of the calls that went through it. */
function counted(redis: Pick<RedisClient, 'eval' | 'evalsha'>) {
  const calls: string[] = [];
  const through = (name: 'eval' | 'evalsha') =>
    ((...args: unknown[]) => {
      calls.push(name);
      return (redis[name] as (...args: unknown[]) => unknown)(...args);
    }) as RedisClient['eval'];
  return { calls, client: { eval: through('eval'), evalsha: through('evalsha') as RedisClient['evalsha'] } };
}

describe('runScript', () => {
  it('sends the source once, and the SHA1 from then on', async () => {
    await inWorld(async ({ redis }) => {
      const { calls, client } = counted(redis);
      for (let round = 0; round < 3; round++) {
        expect(await runScript(client, script, ['k'], ['a'])).toBe('a of k');
      }
      expect(calls).toEqual(['evalsha', 'eval', 'evalsha', 'evalsha']);
    });
  });

  it('sends the source again after SCRIPT FLUSH', async () => {
    await inWorld(async ({ redis }) => {
      await runScript(redis, script, ['k'], ['a']);
      const { calls, client } = counted(redis);
      await (redis as unknown as { script(verb: string): Promise<unknown> }).script('FLUSH');
      expect(await runScript(client, script, ['k'], ['b'])).toBe('b of k');
      expect(await runScript(client, script, ['k'], ['c'])).toBe('c of k');
      expect(calls).toEqual(['evalsha', 'eval', 'evalsha']);
    });
  });

  it('passes on any other error, and does not run the script twice', async () => {
    await inWorld(async ({ redis }) => {
      const failing = "redis.call('INCR', KEYS[1]) return redis.error_reply('MINE is broken')";
      const broken = { source: failing, sha1: createHash('sha1').update(failing).digest('hex') };
      await expect(runScript(redis, broken, ['runs'], [])).rejects.toThrow(/^MINE is broken/);
      const { calls, client } = counted(redis);
      await expect(runScript(client, broken, ['runs'], [])).rejects.toThrow(/^MINE is broken/);
      expect(calls).toEqual(['evalsha']);
    });
  });

  it.each([
    ['concurrency-limiter.acquire', acquire],
    ['task-lock.release', release],
  ])("%s carries its own source's SHA1", (_, { source: text, sha1 }) => {
    expect(sha1).toBe(createHash('sha1').update(text).digest('hex'));
  });
});
