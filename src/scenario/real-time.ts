import type { Redis } from 'ioredis';
import type { EmbeddedPostgres } from '../runtime/embedded-postgres.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { RandomStream } from '../simulation/random-stream.ts';
import type { World, WorldMeasures } from './backend.ts';

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
    readonly postgres: EmbeddedPostgres;
    /** Settles when the run cannot go on: the connection is lost, a command is missing. */
    readonly broken: Promise<never>;
  },
  set: (world: World) => void,
): Promise<Pick<WorldMeasures, 'sqlStatements'>> {
  const startNs = process.hrtime.bigint();
  const machines: Promise<void>[] = [];
  const connections: Redis[] = [];
  const ended = new AbortController();
  const sql = options.postgres.open();
  set({
    keyPrefix: options.keyPrefix,
    timeScale: options.timeScale,
    hash: undefined,
    ended: ended.signal,
    faults: [],
    onEvent: () => {},
    nowUs: () => Number((process.hrtime.bigint() - startNs) / 1000n),
    machine(name, main) {
      const redis = options.connect();
      connections.push(redis);
      machines.push(
        main({ redis, sql, clock: systemClock, random: new RandomStream(options.seed, name), told: (news) => news }),
      );
    },
  });
  try {
    await Promise.race([Promise.all(machines), options.broken]);
    return sql.statements === 0 ? {} : { sqlStatements: sql.statements };
  } finally {
    ended.abort(new Error('the run has ended'));
    for (const connection of connections) connection.disconnect();
    await sql.close();
  }
}
