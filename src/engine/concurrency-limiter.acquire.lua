-- A semaphore of expiring tokens: a sorted set of tokens, scored by the time at which each ends.
-- KEYS[1] semaphore   ARGV[1] limit   ARGV[2] token   ARGV[3] time to live in ms
-- Returns 1 when the token is held, nil when the limit is reached.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limit = tonumber(ARGV[1])
-- Expired tokens are cleared away only when there is no room without: the usual case is one call shorter.
if redis.call('ZCARD', KEYS[1]) >= limit then
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  if redis.call('ZCARD', KEYS[1]) >= limit then
    return nil
  end
end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
return 1
