import type { Redis } from 'ioredis';
import type { EngineEvent } from './events.ts';
import type { LogClient } from './log-client.ts';

/** Time, as one host sees it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Random numbers; seeded in simulation. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  integer(below: number): number;
  /** A text that no other call returns. */
  id(): string;
}

/** What the engine uses of Redis. A real `new Redis()` of ioredis fits as it is. */
export type RedisClient = Pick<
  Redis,
  | 'blmove'
  | 'blpop'
  | 'del'
  | 'disconnect'
  | 'duplicate'
  | 'eval'
  | 'evalsha'
  | 'exists'
  | 'expire'
  | 'get'
  | 'hdel'
  | 'hget'
  | 'hgetall'
  | 'hincrby'
  | 'hmget'
  | 'hset'
  | 'hsetnx'
  | 'lindex'
  | 'llen'
  | 'lmove'
  | 'lpop'
  | 'lpush'
  | 'lrange'
  | 'lrem'
  | 'multi'
  | 'off'
  | 'on'
  | 'pexpire'
  | 'pipeline'
  | 'publish'
  | 'rpush'
  | 'sadd'
  | 'scard'
  | 'set'
  | 'smembers'
  | 'srem'
  | 'subscribe'
  | 'time'
  | 'unsubscribe'
  | 'xack'
  | 'xadd'
  | 'xautoclaim'
  | 'xclaim'
  | 'xdel'
  | 'xgroup'
  | 'xinfo'
  | 'xlen'
  | 'xpending'
  | 'xrange'
  | 'xreadgroup'
  | 'zadd'
  | 'zcard'
  | 'zcount'
  | 'zincrby'
  | 'zpopmin'
  | 'zrange'
  | 'zrangebyscore'
  | 'zrem'
  | 'zremrangebyscore'
  | 'zrevrange'
  | 'zscore'
>;

/** Told of everything that happens: metrics, tracing, and the simulation's history. Must not throw. */
export type Observer = (event: EngineEvent) => void;

/** Everything that a design needs from the world. */
export interface Ports {
  readonly redis: RedisClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly observe: Observer;
  /** A partitioned log, for the designs that need one; few deployments have it. */
  readonly log?: LogClient | undefined;
}
