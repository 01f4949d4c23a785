-- Ends an attempt: the task leaves its worker's list, and the next of its type gets its place. Status pending: it keeps the place, and
-- is ready again, before all others.
-- KEYS[1] task   KEYS[2] totals   KEYS[3] queue   KEYS[4] owners   KEYS[5] ready   KEYS[6] limits   KEYS[7] the worker's list
-- ARGV[1] id   ARGV[2] type   ARGV[3] attempt   ARGV[4] status
-- Returns 1, or 0 where the attempt may not settle the task any more.
-- @include "attempt.part.lua"
-- @include "reliable-list.promote.part.lua"
local where = standing(KEYS[1], ARGV[3], ARGV[4])
if where == 'held' then
  redis.call('LREM', KEYS[7], 1, ARGV[1])
  settle(KEYS[1], KEYS[2], ARGV[3], ARGV[4])
  if ARGV[4] == 'pending' then
    redis.call('LPUSH', KEYS[5], ARGV[1])
  else
    redis.call('SREM', KEYS[4], ARGV[1])
    promote(KEYS[3], KEYS[4], KEYS[5], tonumber(redis.call('HGET', KEYS[6], ARGV[2])))
  end
end
return where == 'lost' and 0 or 1
