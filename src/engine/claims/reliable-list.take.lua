-- A worker that has nothing to do: its heart beats, its limits are said; the task in its own list, or the next ready one, is its own.
-- KEYS[1] totals   KEYS[2] ready   KEYS[3] limits   KEYS[4] workers   KEYS[5] its heart   KEYS[6] its list, then queue and owners of
-- each type   ARGV[1] prefix of tasks' keys   ARGV[2] worker   ARGV[3] lease in ms, then type and limit of each, 0: none
-- Returns the attempt, the record, and the attempt that it starts over, or 0; nil where there is nothing.
-- @include "attempt.part.lua"
-- @include "reliable-list.promote.part.lua"
-- @include "reliable-list.worker.part.lua"
beat(KEYS[4], KEYS[5], ARGV[2], ARGV[3])
for key = 7, #KEYS, 2 do
  local type, limit = ARGV[key - 3], ARGV[key - 2]
  redis.call('HSET', KEYS[3], type, limit)
  promote(KEYS[key], KEYS[key + 1], KEYS[2], tonumber(limit))
end
giveBackOthers(KEYS[6], KEYS[2], ARGV[1])
-- In its own list: moved there while it waited, or in an answer that never came; or begun, and not settled.
local id = redis.call('LINDEX', KEYS[6], 0) or redis.call('LMOVE', KEYS[2], KEYS[6], 'LEFT', 'RIGHT')
if not id then
  return nil
end
local task = ARGV[1] .. id
local status, before = unpack(redis.call('HMGET', task, 'status', 'attempt'))
if not status then
  -- Somebody deleted its record.
  redis.call('LREM', KEYS[6], 1, id)
  for key = 8, #KEYS, 2 do
    redis.call('SREM', KEYS[key], id)
  end
  return nil
end
local startsOver = status == 'processing' and tonumber(before) or 0
if startsOver > 0 then
  move(task, KEYS[1], 'pending')
end
local attempt, record = begin(task, KEYS[1])
return { attempt, record, startsOver }
