import type { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { RedisLab } from './client-worlds.ts';

/** One way of RedisLab's network, and what its server spends on a command, in µs. */
const WAY_US = 100;
const COMMAND_US = 10;

/** What a caller gets, and when. */
async function timed<T>(lab: RedisLab, call: Promise<T>) {
  return { reply: await call, atUs: lab.simulation.nowUs };
}

/** XREADGROUP … BLOCK of one message. */
function readGroup(redis: Redis, consumer: string, blockMs: number): Promise<unknown> {
  return redis.xreadgroup('GROUP', 'g', consumer, 'COUNT', 1, 'BLOCK', blockMs, 'STREAMS', 's', '>');
}

describe('a blocked client', () => {
  test('is answered when another has pushed, together with the one who pushed', async () => {
    const lab = new RedisLab();
    await lab.run(
      async (open) => {
        expect(await timed(lab, open().blpop('l', 0))).toEqual({
          reply: ['l', 'v'],
          atUs: 1000 + WAY_US + COMMAND_US + WAY_US,
        });
      },
      async (open, host) => {
        const redis = open();
        await lab.simulation.clock(host).sleep(1);
        expect(await redis.rpush('l', 'v')).toBe(1);
        expect(lab.simulation.nowUs).toBe(1000 + WAY_US + COMMAND_US + WAY_US);
        expect(await redis.llen('l')).toBe(0);
      },
    );
  });

  test('is answered with nil when its time is over, in virtual time', async () => {
    const lab = new RedisLab();
    await lab.run(async (open) => {
      const popped = await timed(lab, open().blpop('l', 3600));
      expect(popped).toEqual({ reply: null, atUs: WAY_US + 3_600_000_000 + WAY_US });
    });
  });

  test('of a stream group is answered with nil after BLOCK milliseconds', async () => {
    const lab = new RedisLab();
    await lab.run(async (open) => {
      const redis = open();
      await redis.xgroup('CREATE', 's', 'g', '$', 'MKSTREAM');
      const beginUs = lab.simulation.nowUs;
      expect(await timed(lab, readGroup(redis, 'c', 250))).toEqual({
        reply: null,
        atUs: beginUs + WAY_US + 250_000 + WAY_US,
      });
    });
  });

  test('of a stream group is answered after the XADD, and holds the message as pending', async () => {
    const lab = new RedisLab();
    await lab.run(async (open) => {
      const redis = open();
      await redis.xgroup('CREATE', 's', 'g', '$', 'MKSTREAM');
      const reading = readGroup(open(), 'c', 5000);
      await redis.xadd('s', '7-1', 'f', 'v');
      expect(await reading).toEqual([['s', [['7-1', ['f', 'v']]]]]);
      expect(await redis.xpending('s', 'g')).toEqual([1, '7-1', '7-1', [['c', '1']]]);
    });
  });

  test('that came first is served first', async () => {
    const lab = new RedisLab();
    const served: string[] = [];
    const pop = (nth: number) => async (open: () => Redis, host: Parameters<RedisLab['open']>[0]) => {
      const redis = open();
      await lab.simulation.clock(host).sleep(nth);
      const [, value] = (await redis.blpop('l', 0)) as [string, string];
      served.push(`${nth} got ${value}`);
    };
    await lab.run(pop(3), pop(1), pop(2), async (open, host) => {
      await lab.simulation.clock(host).sleep(10);
      await open().rpush('l', 'a', 'b', 'c');
    });
    expect(served).toEqual(['1 got a', '2 got b', '3 got c']);
  });

  test('that has timed out takes nothing of what is pushed later', async () => {
    const lab = new RedisLab();
    await lab.run(async (open, host) => {
      const redis = open();
      expect(await open().blpop('l', 0.01)).toBe(null);
      await lab.simulation.clock(host).sleep(1);
      await redis.rpush('l', 'v');
      expect(await redis.lrange('l', 0, -1)).toEqual(['v']);
    });
  });

  test('that was served in time is not answered again when its time would have been over', async () => {
    const lab = new RedisLab();
    await lab.run(async (open, host) => {
      const popper = open();
      const popped = popper.blpop('l', 1);
      await open().rpush('l', 'v');
      expect(await popped).toEqual(['l', 'v']);
      expect(await popper.get('k')).toBe(null);
      await lab.simulation.clock(host).sleep(5000);
      expect(await popper.incr('n')).toBe(1);
    });
  });

  test('takes up what it has sent behind the blocking call only when that is answered', async () => {
    const lab = new RedisLab();
    await lab.run(async (open, host) => {
      const redis = open();
      const blocked = open();
      const answers = Promise.all([blocked.blpop('l', 0), blocked.incr('n'), blocked.incr('n')]);
      await lab.simulation.clock(host).sleep(1);
      expect(await redis.get('n')).toBe(null);
      await redis.rpush('l', 'v');
      expect(await answers).toEqual([['l', 'v'], 1, 2]);
      expect(await redis.get('n')).toBe('2');
    });
  });

  test('holds up no other client', async () => {
    const lab = new RedisLab();
    await lab.run(
      async (open) => {
        await open().blpop('l', 60);
      },
      async (open, host) => {
        const redis = open();
        await lab.simulation.clock(host).sleep(1);
        expect((await timed(lab, redis.ping())).atUs).toBe(1000 + WAY_US + COMMAND_US + WAY_US);
      },
    );
  });

  test('is served after the whole of a script, not within it', async () => {
    const lab = new RedisLab();
    await lab.run(async (open, host) => {
      const popped = open().blpop('l', 0);
      await lab.simulation.clock(host).sleep(1);
      const script = "redis.call('RPUSH', 'l', 'a'); redis.call('LPUSH', 'l', 'b'); return redis.call('LLEN', 'l')";
      expect(await open().eval(script, 0)).toBe(2);
      expect(await popped).toEqual(['l', 'b']);
    });
  });

  test('is served after the whole of a transaction, not within it', async () => {
    const lab = new RedisLab();
    await lab.run(async (open, host) => {
      const redis = open();
      const popped = open().blpop('l', 20);
      await lab.simulation.clock(host).sleep(1);
      expect(await redis.multi().rpush('l', 'a').del('l').exec()).toEqual([
        [null, 1],
        [null, 1],
      ]);
      expect(await popped).toBe(null);
    });
  });

  test('whose host has crashed takes nothing: the push stays for another', async () => {
    const lab = new RedisLab();
    const victim = lab.simulation.addHost('victim');
    lab.simulation.start(victim, async () => {
      await lab.open(victim).blpop('l', 0);
      expect.unreachable('a crashed host went on');
    });
    await lab.run(async (open, host) => {
      const clock = lab.simulation.clock(host);
      await clock.sleep(1);
      lab.simulation.crash(victim);
      await clock.sleep(1);
      const redis = open();
      await redis.rpush('l', 'v');
      expect(await redis.lpop('l')).toBe('v');
    });
  });

  test('whose host crashes while the answer is on its way takes it to the grave', async () => {
    const lab = new RedisLab();
    const victim = lab.simulation.addHost('victim');
    lab.simulation.start(victim, async () => {
      await lab.open(victim).blpop('l', 0);
      expect.unreachable('a crashed host went on');
    });
    await lab.run(async (open, host) => {
      const redis = open();
      await lab.simulation.clock(host).sleep(1);
      lab.simulation.after(WAY_US + COMMAND_US + WAY_US / 2, host, () => lab.simulation.crash(victim), undefined);
      await redis.rpush('l', 'v');
      expect(await redis.llen('l')).toBe(0);
    });
  });
});
