import { describe, expect, test } from 'vitest';
import { simRedisClient } from '../../src/simredis/client.ts';
import { RedisNode } from '../../src/simredis/node.ts';
import type { ClockError } from '../../src/simulation/host.ts';
import { EPOCH_MS, Simulation } from '../../src/simulation/simulation.ts';
import { RedisLab } from './client-worlds.ts';

/** One way of RedisLab's network, and what its server spends on a command and on a script's call, in µs. */
const WAY_US = 100;
const COMMAND_US = 10;
const SCRIPT_CALL_US = 2;

describe('a simulated Redis server', () => {
  test('answers after the way there, the service time and the way back', async () => {
    const lab = new RedisLab();
    await lab.run(async (open) => {
      await open().set('k', 'v');
      expect(lab.simulation.nowUs).toBe(WAY_US + COMMAND_US + WAY_US);
    });
    expect(lab.node.host.computedUs).toBe(COMMAND_US);
  });

  test('serves one command at a time: of two clients at once, the second waits', async () => {
    const lab = new RedisLab();
    const answeredUs: number[] = [];
    const call = async (open: () => ReturnType<RedisLab['open']>) => {
      await open().incr('n');
      answeredUs.push(lab.simulation.nowUs);
    };
    await lab.run(call, call, call);
    expect(answeredUs).toEqual([1, 2, 3].map((nth) => WAY_US + nth * COMMAND_US + WAY_US));
  });

  test('runs the second command when the first is done, not before: TIME tells', async () => {
    const lab = new RedisLab();
    const times: number[] = [];
    const call = async (open: () => ReturnType<RedisLab['open']>) => {
      const [seconds, us] = await open().time();
      times.push(Number(seconds) * 1e6 + Number(us) - EPOCH_MS * 1000);
    };
    await lab.run(call, call);
    expect(times).toEqual([WAY_US, WAY_US + COMMAND_US]);
  });

  test('saturates: a hundred clients that never rest get what one CPU gives', async () => {
    const lab = new RedisLab();
    const clients = Array.from({ length: 100 }, () => async (open: () => ReturnType<RedisLab['open']>) => {
      const redis = open();
      for (let round = 0; round < 10; round++) await redis.incr('n');
    });
    await lab.run(...clients);
    expect(lab.simulation.nowUs).toBe(WAY_US + 1000 * COMMAND_US + WAY_US);
    expect(lab.node.server.commandsRun).toBe(1000);
  });

  test('takes the commands of a pipeline in one trip, each with its service time', async () => {
    const lab = new RedisLab();
    await lab.run(async (open) => {
      await open().pipeline().set('a', 1).set('b', 2).set('c', 3).exec();
      expect(lab.simulation.nowUs).toBe(WAY_US + 3 * COMMAND_US + WAY_US);
    });
  });

  test('spends more on a script the more calls it makes', async () => {
    const lab = new RedisLab();
    await lab.run(async (open) => {
      const redis = open();
      for (const calls of [0, 1, 50]) {
        const beginUs = lab.simulation.nowUs;
        await redis.eval('for i = 1, tonumber(ARGV[1]) do redis.call("INCR", KEYS[1]) end', 1, 'n', calls);
        const scriptUs = lab.simulation.nowUs - beginUs - 2 * WAY_US;
        expect(scriptUs).toBe(COMMAND_US + calls * SCRIPT_CALL_US);
      }
      expect(await redis.get('n')).toBe('51');
    });
  });

  test('spends on a command what its name says, in whatever case it is called', async () => {
    const serviceTimes = { commandUs: 10, scriptCallUs: 2, byCommand: { zadd: 500 } };
    const lab = new RedisLab({ serviceTimes, latency: { baseUs: WAY_US, jitterUs: 0 } });
    await lab.run(async (open) => {
      const redis = open();
      await redis.zadd('z', 1, 'm');
      await redis.call('ZADD', 'z', '2', 'n');
      await redis.zcard('z');
    });
    expect(lab.node.host.computedUs).toBe(500 + 500 + 10);
  });

  test('answers one client in order, also where the network is uneven', async () => {
    const lab = new RedisLab({ latency: { baseUs: 10, jitterUs: 1000 } });
    await lab.run(async (open) => {
      const redis = open();
      const order: unknown[] = [];
      await Promise.all(Array.from({ length: 50 }, () => redis.incr('n').then((count) => order.push(count))));
      expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    });
  });

  test('stands still while its host is paused', async () => {
    const lab = new RedisLab();
    await lab.run(async (open) => {
      lab.simulation.pause(lab.node.host, 50_000);
      await open().set('k', 'v');
      expect(lab.simulation.nowUs).toBe(50_000 + COMMAND_US + WAY_US);
    });
  });

  test('lets keys expire in virtual time', async () => {
    const lab = new RedisLab();
    await lab.run(async (open, host) => {
      const redis = open();
      const clock = lab.simulation.clock(host);
      await redis.set('k', 'v', 'PX', 86_400_000);
      await clock.sleep(86_399_000);
      expect(await redis.get('k')).toBe('v');
      await clock.sleep(1001);
      expect(await redis.get('k')).toBe(null);
    });
  });

  test.each<[string, ClockError, number]>([
    ['ahead', { offsetMs: 5000 }, 5],
    ['behind', { offsetMs: -5000 }, -5],
  ])('tells the time of its own host, which may be %s', async (_, clockError, seconds) => {
    const simulation = new Simulation({ seed: 1 });
    const node = new RedisNode(simulation, simulation.addHost('redis', clockError));
    const host = simulation.addHost('client');
    let told = 0;
    simulation.start(host, async () => {
      [told] = (await simRedisClient((receiver) => node.connect(host, receiver)).time()).map(Number) as [number];
    });
    await simulation.run();
    expect(told).toBe(EPOCH_MS / 1000 + seconds);
  });

  test('times out by the clock of its own host, which may drift', async () => {
    const simulation = new Simulation({ seed: 1 });
    const fast = simulation.addHost('redis', { driftPpm: 1_000_000 });
    const node = new RedisNode(simulation, fast, { latency: { baseUs: WAY_US, jitterUs: 0 } });
    const host = simulation.addHost('client');
    let answeredUs = 0;
    simulation.start(host, async () => {
      await simRedisClient((receiver) => node.connect(host, receiver)).blpop('l', 10);
      answeredUs = simulation.nowUs;
    });
    await simulation.run();
    expect(answeredUs).toBe(WAY_US + 5_000_000 + WAY_US);
  });

  test('costs a client some CPU for each answer', async () => {
    const lab = new RedisLab();
    let costUs = 0;
    await lab.run(async (open, host) => {
      const redis = open();
      await Promise.all([redis.incr('n'), redis.incr('n')]);
      costUs = host.computedUs;
    });
    expect(costUs).toBe(2 * 2);
  });

  test('gives a connection latencies of its own: another host that opens more changes none of them', async () => {
    const answeredUs = async (others: number) => {
      const lab = new RedisLab({ latency: { baseUs: 100, jitterUs: 5000 } });
      const times: number[] = [];
      await lab.run(
        async (open) => {
          for (let index = 0; index < others; index++) open();
        },
        async (open) => {
          const redis = open();
          for (let round = 0; round < 5; round++) {
            await redis.ping();
            times.push(lab.simulation.nowUs);
          }
        },
      );
      return times;
    };
    expect(await answeredUs(3)).toEqual(await answeredUs(0));
  });

  test('answers a blocked client once where its time is up while the push that serves it waits for the CPU', async () => {
    const lab = new RedisLab();
    await lab.run(async (open, host) => {
      const clock = lab.simulation.clock(host);
      const [blocked, other] = [open(), open()];
      const popped = blocked.blpop('l', 1);
      // Its time is up at 1,000,100 µs. Just before, the CPU is taken by PING, and RPUSH is next.
      await clock.sleep(999.995);
      const busy = other.ping();
      await clock.sleep(0.002);
      await Promise.all([busy, other.rpush('l', 'v')]);
      expect(await popped).toEqual(['l', 'v']);
      expect(await blocked.echo('next')).toBe('next');
    });
  });

  test('gives two connections of one host different latencies', async () => {
    const lab = new RedisLab({ latency: { baseUs: 100, jitterUs: 50_000 } });
    const times = new Set<number>();
    await lab.run(async (open) => {
      await Promise.all(
        [open(), open(), open()].map((redis) => redis.ping().then(() => times.add(lab.simulation.nowUs))),
      );
    });
    expect(times.size).toBe(3);
  });

  test('rolls its dice from the seed: SPOP takes the same members again', async () => {
    const popped = async () => {
      const lab = new RedisLab();
      let members: unknown;
      await lab.run(async (open) => {
        const redis = open();
        await redis.sadd('s', ...'abcdefghij');
        members = await redis.spop('s', 5);
      });
      return members;
    };
    expect(await popped()).toEqual(await popped());
  });

  test('forgets a client that disconnects: its watch, its subscription, its blocking call', async () => {
    const lab = new RedisLab();
    await lab.run(async (open, host) => {
      const clock = lab.simulation.clock(host);
      const redis = open();
      const leaver = open();
      await leaver.subscribe('news');
      const blocked = open();
      const never = blocked.blpop('l', 0).catch((error: Error) => error.message);
      await clock.sleep(1);
      expect(lab.node.server.blocking.count).toBe(1);
      leaver.disconnect();
      blocked.disconnect();
      expect(await never).toBe('Connection is closed.');
      await clock.sleep(1);
      expect(lab.node.server.blocking.count).toBe(0);
      expect(await redis.publish('news', 'hi')).toBe(0);
      expect(await redis.rpush('l', 'v')).toBe(1);
      expect(await redis.llen('l')).toBe(1);
    });
  });
});
