import { type MissingCommandError, MockServer } from '../runtime/mock-redis.ts';
import type { Backend } from './backend.ts';
import { runInRealTime } from './real-time.ts';

/** ioredis-mock, in real time. Nobody counts its commands. */
export function openMockBackend(timeScale: number): Backend {
  let runs = 0;
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
        await runInRealTime({ seed, keyPrefix, timeScale, connect: () => server.connect(), broken }, set);
      } finally {
        await server.close();
      }
      return { redisCommands: null, redisUtilisation: null };
    },
    async close() {},
  };
}
