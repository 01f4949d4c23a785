import { expect, test } from 'vitest';
import { RedisLab } from './client-worlds.ts';

test('a snapshot keeps every type with its deadline, whatever is written after it, and can be restored twice', async () => {
  const lab = new RedisLab();
  await lab.run(async (open, host) => {
    const redis = open();
    const { db } = lab.node.server;
    await redis.set('string', 'v', 'PX', 1000);
    await redis.hset('hash', { f: 'v' });
    await redis.sadd('set', 'a', 'b');
    await redis.rpush('list', 'a', 'b');
    await redis.zadd('zset', 1, 'a', 2, 'b');
    await redis.xgroup('CREATE', 'stream', 'g', '0', 'MKSTREAM');
    await redis.xadd('stream', '1-1', 'f', 'v');
    await redis.xadd('stream', '2-1', 'f', 'v');
    await redis.xreadgroup('GROUP', 'g', 'c', 'COUNT', 1, 'STREAMS', 'stream', '>');
    const read = async () => [
      await redis.get('string'),
      await redis.hgetall('hash'),
      (await redis.smembers('set')).sort(),
      await redis.lrange('list', 0, -1),
      await redis.zrange('zset', 0, -1, 'WITHSCORES'),
      await redis.xrange('stream', '-', '+'),
      await redis.xpending('stream', 'g'),
    ];
    const before = await read();
    const snapshot = db.snapshot();
    for (let round = 0; round < 2; round++) {
      await redis.hset('hash', { f: 'other' });
      await redis.srem('set', 'a');
      await redis.lpop('list');
      await redis.zpopmin('zset');
      await redis.xadd('stream', '3-1', 'f', 'v');
      await redis.xack('stream', 'g', '1-1');
      await redis.set('late', 'v');
      expect(await read()).not.toEqual(before);
      db.restore(snapshot);
      expect(await read()).toEqual(before);
      expect(await redis.exists('late')).toBe(0);
    }
    await lab.simulation.clock(host).sleep(1001);
    expect(await redis.get('string')).toBe(null);
  });
});
