-- Takes a task out of its queue, or off the ready list, for good; the next of its type gets its place.
-- KEYS[1] task   KEYS[2] totals   KEYS[3] queue   KEYS[4] owners   KEYS[5] ready   KEYS[6] limits   ARGV[1] id   ARGV[2] type
-- Returns after how many attempts, or nil where a worker has it, or had.
-- @include "attempt.part.lua"
-- @include "reliable-list.promote.part.lua"
if redis.call('LREM', KEYS[3], 1, ARGV[1]) == 0 then
  if redis.call('LREM', KEYS[5], 1, ARGV[1]) == 0 then
    return nil
  end
  redis.call('SREM', KEYS[4], ARGV[1])
  promote(KEYS[3], KEYS[4], KEYS[5], tonumber(redis.call('HGET', KEYS[6], ARGV[2])))
end
if redis.call('EXISTS', KEYS[1]) == 0 then
  return nil
end
move(KEYS[1], KEYS[2], 'canceled')
return tonumber(redis.call('HGET', KEYS[1], 'attempt') or 0)
