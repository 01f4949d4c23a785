-- What dead workers had is ready again, before all others; it keeps its place under its limit.
-- KEYS[1] workers   KEYS[2] ready   KEYS[3] totals   ARGV[1] prefix of tasks' keys   ARGV[2] of lists   ARGV[3] of hearts
-- Returns id, type and attempt of each task; attempt 0 where the dead had not begun it.
-- @include "attempt.part.lua"
-- @include "reliable-list.worker.part.lua"
-- A client that was cut off may send its BLMOVE again when it is back: a task would move into the list of a dead worker. Its list is
-- looked at until nobody can have been away for so long.
local FORGOTTEN_AFTER_MS = 24 * 60 * 60 * 1000

local recovered = {}
local heardOf = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for index = 1, #heardOf, 2 do
  local worker, lastMs = heardOf[index], tonumber(heardOf[index + 1])
  if redis.call('EXISTS', ARGV[3] .. worker) == 0 then
    local id = redis.call('LMOVE', ARGV[2] .. worker, KEYS[2], 'RIGHT', 'LEFT')
    while id do
      local task = ARGV[1] .. id
      local type, status, attempt = unpack(redis.call('HMGET', task, 'type', 'status', 'attempt'))
      local begun = status == 'processing'
      if begun then
        move(task, KEYS[3], 'pending')
      else
        pass(task)
      end
      if type then
        recovered[#recovered + 1] = { id, type, begun and attempt or '0' }
      end
      id = redis.call('LMOVE', ARGV[2] .. worker, KEYS[2], 'RIGHT', 'LEFT')
    end
    -- Its list is empty now.
    if lastMs < now() - FORGOTTEN_AFTER_MS then
      redis.call('ZREM', KEYS[1], worker)
    end
  end
end
return recovered
