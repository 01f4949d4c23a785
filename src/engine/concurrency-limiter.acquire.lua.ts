// Made from concurrency-limiter.acquire.lua by `npm run scripts`. Edit that file, not this one.
export default {
  sha1: '3156e7b52a93b38b58e6b936026e57e8adc8ef00',
  source: "-- A semaphore of expiring tokens: a sorted set of tokens, scored by the time at which each ends.\n-- KEYS[1] semaphore   ARGV[1] limit   ARGV[2] token   ARGV[3] time to live in ms\n-- Returns 1 when the token is held, nil when the limit is reached.\nlocal time = redis.call('TIME')\nlocal now = time[1] * 1000 + math.floor(time[2] / 1000)\nlocal limit = tonumber(ARGV[1])\n-- Expired tokens are cleared away only when there is no room without: the usual case is one call shorter.\nif redis.call('ZCARD', KEYS[1]) >= limit then\n  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)\n  if redis.call('ZCARD', KEYS[1]) >= limit then\n    return nil\n  end\nend\nredis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])\nreturn 1\n",
} as const;
