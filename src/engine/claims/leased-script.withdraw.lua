-- Takes a task out of its queue for good.
-- KEYS[1] task   KEYS[2] totals   KEYS[3] queue   ARGV[1] id
-- Returns after how many attempts, or nil where it is not in the queue.
-- @include "attempt.part.lua"
if redis.call('ZREM', KEYS[3], ARGV[1]) == 0 or redis.call('EXISTS', KEYS[1]) == 0 then
  return nil
end
move(KEYS[1], KEYS[2], 'canceled')
return tonumber(redis.call('HGET', KEYS[1], 'attempt') or 0)
