-- Ends an attempt, its lease and its entry. Status pending: the task gets a new entry, behind the others.
-- KEYS[1] task   KEYS[2] totals   KEYS[3] stream   KEYS[4] wake-up   KEYS[5] leases   ARGV[1] id   ARGV[2] attempt   ARGV[3] status
-- Returns 1, or 0 where the attempt may not settle the task any more.
-- @include "attempt.part.lua"
-- @include "stream-per-type.signal.part.lua"
local where = standing(KEYS[1], ARGV[2], ARGV[3])
if where == 'held' then
  local entry = redis.call('HGET', KEYS[1], 'entry')
  redis.call('XACK', KEYS[3], 'workers', entry)
  redis.call('XDEL', KEYS[3], entry)
  redis.call('ZREM', KEYS[5], ARGV[1] .. ':' .. ARGV[2])
  settle(KEYS[1], KEYS[2], ARGV[2], ARGV[3])
  if ARGV[3] == 'pending' then
    redis.call('HSET', KEYS[1], 'entry', redis.call('XADD', KEYS[3], '*', 'task', ARGV[1]))
  end
  if redis.call('XLEN', KEYS[3]) > live(KEYS[5]) then
    signal(KEYS[4])
  end
end
return where == 'lost' and 0 or 1
