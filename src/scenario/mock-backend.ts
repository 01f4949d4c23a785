import { type MissingCommandError, mockRedis } from '../runtime/mock-redis.ts';
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
      await runInRealTime(
        { seed, keyPrefix: `run-${++runs}:`, timeScale, connect: () => mockRedis(missing), broken },
        set,
      );
      return { redisCommands: null, redisUtilisation: null };
    },
    async close() {},
  };
}
