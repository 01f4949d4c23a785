import { Redis } from 'ioredis';

/** The oldest Redis that answers as the engine needs: XINFO GROUPS tells the lag from 7.0 on. */
const OLDEST_VERSION = [7, 0] as const;
const CONNECT_TIMEOUT_MS = 3000;

/** A Redis that cannot be used, said in one line with the remedy. */
export class UnusableRedisError extends Error {
  readonly code = 'UNUSABLE_REDIS';
}

/**
 * Connects to a Redis and makes sure that it is new enough. The connection does not come back once it is lost.
 * @throws UnusableRedisError
 */
export async function connectRedis(url: string): Promise<Redis> {
  const shown = withoutPassword(url);
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason = '';
  redis.on('error', (error: Error) => {
    reason = error.message || String((error as { code?: string }).code);
  });
  try {
    await redis.connect();
    const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? '0';
    if (isOlder(version)) {
      throw new UnusableRedisError(
        `Redis at ${shown} is ${version}; XINFO GROUPS with lag needs ${OLDEST_VERSION.join('.')} or newer: upgrade it, or use --backend sim`,
      );
    }
    return redis;
  } catch (error) {
    redis.disconnect();
    if (error instanceof UnusableRedisError) throw error;
    const why = reason || (error instanceof Error ? error.message : String(error));
    throw new UnusableRedisError(
      `cannot reach Redis at ${shown} (${why}): start one there, or leave out --redis to have a private one`,
      { cause: error },
    );
  }
}

/** Deletes every key that begins with a prefix, and looks again until none is left. */
export async function deleteKeys(redis: Redis, prefix: string): Promise<void> {
  let found: boolean;
  do {
    found = false;
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${escapeGlob(prefix)}*`, 'COUNT', 1000);
      cursor = next;
      if (keys.length > 0) {
        found = true;
        await redis.unlink(...keys);
      }
    } while (cursor !== '0');
  } while (found);
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&');
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@');
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1]);
}
