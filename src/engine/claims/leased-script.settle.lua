-- Ends an attempt and its lease. Status pending: the task goes back to its place in the queue.
-- KEYS[1] task   KEYS[2] totals   KEYS[3] queue   KEYS[4] leases   ARGV[1] id   ARGV[2] attempt   ARGV[3] status
-- Returns 1, or 0 where the attempt may not settle the task any more.
-- @include "attempt.part.lua"
local where = standing(KEYS[1], ARGV[2], ARGV[3])
if where == 'held' then
  redis.call('ZREM', KEYS[4], ARGV[1] .. ':' .. ARGV[2])
  settle(KEYS[1], KEYS[2], ARGV[2], ARGV[3])
  if ARGV[3] == 'pending' then
    redis.call('ZADD', KEYS[3], redis.call('HGET', KEYS[1], 'score'), ARGV[1])
  end
end
return where == 'lost' and 0 or 1
