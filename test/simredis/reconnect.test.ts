import { once } from 'node:events';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from '../../src/runtime/private-redis.ts';
import type { HostInterference, RequestFate } from '../../src/simredis/interference.ts';
import { describeWithRedis } from '../conformance/backends.ts';
import { RedisLab } from './client-worlds.ts';
import { FlakyProxy, LOSE_REPLY, LOSE_REQUEST, RESET } from './flaky-proxy.ts';

const PLAIN: HostInterference = { request: () => undefined, copies: () => 1, departUs: (_way, departUs) => departUs };

/** A lab whose connections break over marked commands, the first time each. */
function flakyLab(): RedisLab {
  const lab = new RedisLab();
  const spent = new Set<string>();
  const fateOf = (argv: readonly string[]): RequestFate | undefined => {
    const mark = ([LOSE_REQUEST, LOSE_REPLY, RESET] as const).find((each) => argv.includes(each) && !spent.has(each));
    if (mark === undefined) return undefined;
    spent.add(mark);
    return { breaks: mark };
  };
  lab.node.interference = () => ({ ...PLAIN, request: fateOf });
  return lab;
}

type Body = (redis: Redis, other: Redis) => Promise<void>;

/** Runs each body against the simulated client, and against ioredis with its defaults on a redis-server behind a proxy. */
function parity(bodies: Readonly<Record<string, Body>>): void {
  describe('a broken connection, simulated', () => {
    for (const [sentence, body] of Object.entries(bodies))
      test(sentence, () => flakyLab().run(async (open) => body(open(), open())));
  });
  describeWithRedis('a broken connection, ioredis on a redis-server', () => {
    let server: PrivateRedis;
    beforeAll(async () => {
      server = (await startPrivateRedis()) as PrivateRedis;
    });
    afterAll(() => server.stop());
    for (const [sentence, body] of Object.entries(bodies))
      test(sentence, async () => {
        const proxy = await FlakyProxy.start(server.port);
        const [redis, other] = [new Redis(proxy.port), new Redis(server.port)];
        for (const client of [redis, other]) client.on('error', () => {});
        try {
          await other.flushall();
          if (redis.status !== 'ready') await once(redis, 'ready');
          await body(redis, other);
        } finally {
          redis.disconnect();
          other.disconnect();
          proxy.stop();
        }
      });
  });
}

parity({
  'before the command arrived: it runs once, on the next one': async (redis) => {
    expect(await redis.rpush('l', LOSE_REQUEST)).toBe(1);
    expect(await redis.llen('l')).toBe(1);
  },
  'after the command has run: it is sent again, and runs twice': async (redis) => {
    expect(await redis.rpush('l', LOSE_REPLY)).toBe(2);
  },
  'what was under way and what was called meanwhile follow in order': async (redis) => {
    const order: string[] = [];
    const calls = [redis.rpush('l', LOSE_REQUEST), redis.rpush('l', 'b')];
    await once(redis, 'close');
    calls.push(redis.rpush('l', 'c'));
    await Promise.all(calls.map((call, index) => call.then(() => order.push('abc'[index] as string))));
    expect(order).toEqual(['a', 'b', 'c']);
    expect(await redis.lrange('l', 0, -1)).toEqual([LOSE_REQUEST, 'b', 'c']);
  },
  'a transaction with no answer yet is sent again whole': async (redis) => {
    const results = await redis.multi().incr('n').echo(RESET).incr('n').exec();
    expect(results).toEqual([
      [null, 1],
      [null, RESET],
      [null, 2],
    ]);
  },
  'of a pipeline that was answered in part the rest is rejected, and never sent again': async (redis) => {
    const results = await redis.pipeline().incr('n').incr(LOSE_REPLY).incr('m').exec();
    expect(results?.[0]).toEqual([null, 1]);
    for (const [error] of results?.slice(1) ?? []) {
      expect(error).toMatchObject({ name: 'AbortError', message: 'Command aborted due to connection close' });
    }
    expect(await redis.mget('n', LOSE_REPLY)).toEqual(['1', '1']);
  },
  'of a transaction that was answered in part too': async (redis) => {
    const exec = redis.multi().incr(LOSE_REPLY).incr('n').exec();
    await expect(exec).rejects.toMatchObject({ name: 'AbortError' });
    await expect(exec).rejects.toHaveProperty('previousErrors.length', 2);
  },
  'a blocking command waits again': async (redis, other) => {
    const popped = redis.blpop('l', LOSE_REQUEST, 0);
    await once(redis, 'ready');
    await other.rpush('l', 'v');
    expect(await popped).toEqual(['l', 'v']);
  },
  'subscriptions stand again, and messages published meanwhile are lost': async (redis, other) => {
    await redis.subscribe('news', 'weather');
    await redis.psubscribe('x*');
    await redis.unsubscribe('weather');
    const heard: unknown[] = [];
    redis.on('message', (_channel, message) => heard.push(message));
    const broken = once(redis, 'close');
    await redis.ping(LOSE_REQUEST).catch(() => {});
    await broken;
    expect(await other.publish('news', 'now')).toBe(1);
    expect(await other.publish('weather', 'rain')).toBe(0);
    expect(await other.publish('xy', 'z')).toBe(1);
    await redis.ping();
    expect(heard).toEqual(['now']);
  },
  'it tells of it: close, reconnecting, ready': async (redis) => {
    const told: unknown[] = [];
    for (const name of ['close', 'reconnecting', 'ready', 'end']) redis.on(name, (delay) => told.push([name, delay]));
    await redis.echo(LOSE_REQUEST);
    expect(told).toEqual([
      ['close', undefined],
      ['reconnecting', 50],
      ['ready', undefined],
    ]);
  },
});

describe('a client of a Redis that is down', () => {
  /** Down from 1 ms on, for so long. */
  const downFor = (lab: RedisLab, ms: number) => {
    const { simulation, node } = lab;
    const fate = simulation.addHost('fate');
    const goDown = () => {
      node.cutOff();
      node.isUp = false;
    };
    const comeUp = () => {
      node.isUp = true;
    };
    simulation.at(1000, fate, goDown, undefined);
    simulation.at(1000 + ms * 1000, fate, comeUp, undefined);
  };

  test('tries again after 50 ms, 100 ms, … 2 s', async () => {
    const lab = new RedisLab();
    downFor(lab, 4000);
    await lab.run(async (open, host) => {
      const redis = open();
      const delays: number[] = [];
      redis.on('reconnecting', (ms: number) => delays.push(ms));
      await lab.simulation.clock(host).sleep(2);
      await redis.set('k', 'v');
      expect(delays).toEqual(Array.from({ length: delays.length }, (_, index) => 50 * (index + 1)));
      expect(lab.simulation.nowUs / 1000).toBeGreaterThan(4001);
      expect(lab.simulation.nowUs / 1000).toBeLessThan(4001 + 50 * delays.length + 50);
    });
  });

  test('gives up what waits after 21 failures, and goes on trying', async () => {
    const lab = new RedisLab();
    downFor(lab, 30_000);
    await lab.run(async (open, host) => {
      const redis = open();
      await lab.simulation.clock(host).sleep(2);
      await expect(redis.get('k')).rejects.toMatchObject({
        name: 'MaxRetriesPerRequestError',
        message: expect.stringContaining('which is 20'),
      });
      expect(lab.simulation.nowUs / 1000).toBeGreaterThan(10_500);
      expect(lab.simulation.nowUs / 1000).toBeLessThan(10_600);
      expect(await redis.get('k')).toBe(null);
    });
  });

  test('opens its first connection when Redis is up again', async () => {
    const lab = new RedisLab();
    downFor(lab, 500);
    await lab.run(async (open, host) => {
      await lab.simulation.clock(host).sleep(2);
      const redis = open();
      expect(redis.status).toBe('connecting');
      expect(await redis.ping()).toBe('PONG');
      expect(redis.status).toBe('ready');
    });
  });

  test('that is disconnected between two attempts never settles what waits, as ioredis', async () => {
    const lab = new RedisLab();
    downFor(lab, 500);
    let settled = false;
    await lab.run(async (open, host) => {
      const redis = open();
      await lab.simulation.clock(host).sleep(20);
      expect(redis.status).toBe('reconnecting');
      const settle = () => {
        settled = true;
      };
      redis.get('k').then(settle, settle);
      redis.disconnect();
      await lab.simulation.clock(host).sleep(5000);
      expect(redis.status).toBe('reconnecting');
    });
    expect(settled).toBe(false);
  });

  test('that quits while nothing waits is done', async () => {
    const lab = new RedisLab();
    downFor(lab, 500);
    await lab.run(async (open, host) => {
      const redis = open();
      await lab.simulation.clock(host).sleep(20);
      expect(await redis.quit()).toBe('OK');
    });
  });

  test('was in a blocking command: it is cut off at the server, and waits again', async () => {
    const lab = new RedisLab();
    downFor(lab, 500);
    await lab.run(async (open, host) => {
      const popped = open().blpop('l', 0);
      await lab.simulation.clock(host).sleep(2);
      expect(lab.node.server.blocking.count).toBe(0);
      const redis = open();
      await redis.ping();
      await lab.simulation.clock(host).sleep(1000);
      await redis.rpush('l', 'v');
      expect(await popped).toEqual(['l', 'v']);
    });
  });
});
