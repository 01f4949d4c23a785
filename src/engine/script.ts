import type { RedisClient } from './ports.ts';

/** A Lua script and its SHA1, made from the `.lua` file beside its user by `npm run scripts`. */
export interface Script {
  readonly sha1: string;
  readonly source: string;
}

/**
 * Runs a script by its SHA1, and once more by its source where the server does not know it (first use, restart, SCRIPT FLUSH).
 * @returns the reply as ioredis converts it
 * @throws ReplyError as Redis answers it
 */
export async function runScript(
  redis: Pick<RedisClient, 'eval' | 'evalsha'>,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha1, keys.length, ...keys, ...args);
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    return redis.eval(script.source, keys.length, ...keys, ...args);
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
