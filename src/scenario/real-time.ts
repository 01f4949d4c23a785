import type { Redis } from 'ioredis';
import { systemClock } from '../runtime/system-clock.ts';
import { RandomStream } from '../simulation/random-stream.ts';
import type { World } from './backend.ts';

/**
 * A run in real time: its machines are concurrent coroutines of this process, each with a connection of its own. What the seed
 * can decide it decides (offsets, handler durations); the rest is as the world is.
 */
export async function runInRealTime(
  options: {
    readonly seed: number;
    readonly keyPrefix: string;
    readonly timeScale: number;
    readonly connect: () => Redis;
    /** Settles when the run cannot go on: the connection is lost, a command is missing. */
    readonly broken: Promise<never>;
  },
  set: (world: World) => void,
): Promise<void> {
  const startNs = process.hrtime.bigint();
  const machines: Promise<void>[] = [];
  const connections: Redis[] = [];
  const ended = new AbortController();
  set({
    keyPrefix: options.keyPrefix,
    timeScale: options.timeScale,
    hash: undefined,
    ended: ended.signal,
    onEvent: () => {},
    nowUs: () => Number((process.hrtime.bigint() - startNs) / 1000n),
    machine(name, main) {
      const redis = options.connect();
      connections.push(redis);
      machines.push(
        main({ redis, clock: systemClock, random: new RandomStream(options.seed, name), told: (news) => news }),
      );
    },
  });
  try {
    await Promise.race([Promise.all(machines), options.broken]);
  } finally {
    ended.abort(new Error('the run has ended'));
    for (const connection of connections) connection.disconnect();
  }
}
