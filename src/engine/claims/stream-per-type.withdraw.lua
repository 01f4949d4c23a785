-- Takes a task out of its stream for good.
-- KEYS[1] task   KEYS[2] totals   KEYS[3] stream
-- Returns after how many attempts, or nil where a worker has it, or had.
-- @include "attempt.part.lua"
if redis.call('HGET', KEYS[1], 'status') ~= 'pending' then
  return nil
end
redis.call('XDEL', KEYS[3], redis.call('HGET', KEYS[1], 'entry'))
move(KEYS[1], KEYS[2], 'canceled')
return tonumber(redis.call('HGET', KEYS[1], 'attempt') or 0)
