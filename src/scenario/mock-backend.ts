import { EmbeddedPostgres } from '../runtime/embedded-postgres.ts';
import { type MissingCommandError, MockServer } from '../runtime/mock-redis.ts';
import type { Backend } from './backend.ts';
import { runInRealTime } from './real-time.ts';

/** ioredis-mock, in real time. Nobody counts its commands. */
export function openMockBackend(timeScale: number): Backend {
  let runs = 0;
  const postgres = new EmbeddedPostgres();
  return {
    name: 'mock',
    timeScale,
    async run(seed, _environment, set) {
      let missing: (error: MissingCommandError) => void = () => {};
      const broken = new Promise<never>((_, reject) => {
        missing = reject;
      });
      broken.catch(() => {});
      const keyPrefix = `run-${++runs}:`;
      const server = new MockServer(missing);
      try {
        const world = { seed, keyPrefix, timeScale, connect: () => server.connect(), postgres, broken };
        return { redisCommands: null, redisUtilisation: null, ...(await runInRealTime(world, set)) };
      } finally {
        await server.close();
      }
    },
    close: () => postgres.close(),
  };
}
