-- The heart of a worker beats on while it has an attempt.
-- KEYS[1] task   KEYS[2] its heart   KEYS[3] workers   KEYS[4] its list   KEYS[5] ready
-- ARGV[1] attempt   ARGV[2] lease in ms   ARGV[3] worker   ARGV[4] prefix of tasks' keys
-- Returns 1, or 0 where the attempt is no longer the task's last.
-- @include "attempt.part.lua"
-- @include "reliable-list.worker.part.lua"
if standing(KEYS[1], ARGV[1]) ~= 'held' then
  return 0
end
beat(KEYS[3], KEYS[2], ARGV[3], ARGV[2])
giveBackOthers(KEYS[4], KEYS[5], ARGV[4])
return 1
