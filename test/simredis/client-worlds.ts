import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from '../../src/runtime/private-redis.ts';
import { simRedisClient } from '../../src/simredis/client.ts';
import { RedisNode, type ServiceTimes } from '../../src/simredis/node.ts';
import type { Host } from '../../src/simulation/host.ts';
import type { Latency } from '../../src/simulation/network.ts';
import { Simulation } from '../../src/simulation/simulation.ts';
import { describeWithRedis } from '../conformance/backends.ts';

/** Opens another client of the same server. */
type Open = () => Redis;
type Body = (redis: Redis, open: Open) => Promise<void>;

/** Runs each body against the simulated client, and against ioredis on a redis-server of its own. */
export function parity(name: string, bodies: Readonly<Record<string, Body>>): void {
  describe(`${name}, simulated`, () => {
    for (const [sentence, body] of Object.entries(bodies))
      test(sentence, async () => {
        const lab = new RedisLab();
        await lab.run((open) => body(open(), open));
      });
  });
  describeWithRedis(`${name}, ioredis on a redis-server`, () => {
    let server: PrivateRedis;
    beforeAll(async () => {
      server = (await startPrivateRedis()) as PrivateRedis;
    });
    afterAll(() => server.stop());
    for (const [sentence, body] of Object.entries(bodies))
      test(sentence, async () => {
        const clients: Redis[] = [];
        const open = () => {
          const client = new Redis(server.port, { lazyConnect: false, retryStrategy: () => null });
          client.on('error', () => {});
          clients.push(client);
          return client;
        };
        try {
          const first = open();
          await first.flushall();
          await body(first, open);
        } finally {
          for (const client of clients) client.disconnect();
        }
      });
  });
}

/** A simulated server, and a host whose code uses it. */
export class RedisLab {
  readonly simulation = new Simulation({ seed: 1 });
  readonly node: RedisNode;

  /** No jitter and round figures, so that times can be foretold. */
  constructor(
    options: { readonly serviceTimes?: ServiceTimes; readonly latency?: Latency } = {
      serviceTimes: { commandUs: 10, scriptCallUs: 2 },
      latency: { baseUs: 100, jitterUs: 0 },
    },
  ) {
    this.node = new RedisNode(this.simulation, this.simulation.addHost('redis'), options);
  }

  /** A client on a host. */
  open(host: Host): Redis {
    return simRedisClient((receiver) => this.node.connect(host, receiver));
  }

  /** Runs code on hosts of their own, to its end: what never settles fails the test. */
  async run(...mains: readonly ((open: Open, host: Host) => Promise<void>)[]): Promise<void> {
    let ended = 0;
    mains.forEach((main, index) => {
      const host = this.simulation.addHost(`client-${index}`);
      this.simulation.start(host, async () => {
        await main(() => this.open(host), host);
        ended++;
      });
    });
    await this.simulation.run();
    this.node.server.scripts.close();
    expect(ended).toBe(mains.length);
  }
}
