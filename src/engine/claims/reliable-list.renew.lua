-- The heart of a worker beats on while it has an attempt.
-- KEYS[1] task   KEYS[2] its heart   ARGV[1] attempt   ARGV[2] lease in ms
-- Returns 1, or 0 where the attempt is no longer the task's last.
-- @include "attempt.part.lua"
if standing(KEYS[1], ARGV[1]) ~= 'held' then
  return 0
end
redis.call('SET', KEYS[2], 1, 'PX', ARGV[2])
return 1
