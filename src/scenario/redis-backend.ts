import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { ConnectionGroup } from '../runtime/connection-group.ts';
import { EmbeddedPostgres } from '../runtime/embedded-postgres.ts';
import { startPrivateRedis } from '../runtime/private-redis.ts';
import { connectRedis, deleteKeys, UnusableRedisError } from '../runtime/redis-connection.ts';
import type { Backend } from './backend.ts';
import { runInRealTime } from './real-time.ts';
import { UsageError } from './usage-error.ts';

/**
 * A real Redis, in real time, through ioredis. Every run has a key prefix and connections of its own; at its end, or when it is
 * broken off, it closes these, waits until the server has done with them, and deletes its keys.
 * @param url without it a private redis-server is started, and stopped on `close`
 * @throws UsageError
 */
export async function openRedisBackend(url: string | undefined, timeScale: number): Promise<Backend> {
  const server = url === undefined ? await ownServer() : undefined;
  const target = url ?? (server?.url as string);
  const control = await connect(target).catch(async (error: unknown) => {
    await server?.stop();
    throw error;
  });
  const namespace = `windtunnel:${randomUUID().slice(0, 8)}:`;
  const gone = () => new UsageError(`lost the connection to Redis at ${target} in mid-run: is it still up?`);
  const postgres = new EmbeddedPostgres();
  let runs = 0;
  let breakOff: (error: UsageError) => void = () => {};
  let running: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;
  return {
    name: 'redis',
    timeScale,
    run(seed, _environment, set) {
      const keyPrefix = `${namespace}${++runs}:`;
      const broken = new Promise<never>((_, reject) => {
        breakOff = reject;
      });
      broken.catch(() => {});
      const measured = (async () => {
        const connections = new ConnectionGroup(control, keyPrefix);
        const onEnd = () => breakOff(gone());
        control.once('end', onEnd);
        try {
          const before = await commandsProcessed(control);
          const world = { seed, keyPrefix, timeScale, connect: () => connections.open(), postgres, broken };
          const asked = await runInRealTime(world, set);
          const redisCommands = (await commandsProcessed(control)) - before;
          return { redisCommands, redisUtilisation: null, ...asked };
        } catch (error) {
          throw control.status === 'ready' ? error : gone();
        } finally {
          control.off('end', onEnd);
          if (control.status === 'ready') {
            await connections.close();
            await deleteKeys(control, keyPrefix);
          }
        }
      })();
      running = measured.catch(() => {});
      return measured;
    },
    close() {
      closing ??= (async () => {
        breakOff(new UsageError('the run was broken off'));
        await running;
        await postgres.close();
        control.disconnect();
        await server?.stop();
      })();
      return closing;
    },
  };
}

async function ownServer() {
  const server = await startPrivateRedis();
  if (server === undefined) {
    throw new UsageError(
      'no redis-server is installed: apt-get install redis-server, or name a running one with --redis redis://host:port',
    );
  }
  return server;
}

async function connect(url: string): Promise<Redis> {
  if (!/^rediss?:\/\//.test(url)) throw new UsageError(`'${url}' is no Redis URL: write redis://host:port`);
  try {
    return await connectRedis(url);
  } catch (error) {
    throw error instanceof UnusableRedisError ? new UsageError(error.message) : error;
  }
}

async function commandsProcessed(redis: Redis): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1] ?? 0);
}
