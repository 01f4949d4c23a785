-- What dead workers had is ready again, before all others; it keeps its place under its limit.
-- KEYS[1] workers   KEYS[2] ready   KEYS[3] totals   ARGV[1] prefix of tasks' keys   ARGV[2] of lists   ARGV[3] of hearts
-- Returns id, type and attempt of each task; attempt 0 where the dead had not begun it.
-- @include "attempt.part.lua"
local recovered = {}
local workers = redis.call('SMEMBERS', KEYS[1])
table.sort(workers)
for _, worker in ipairs(workers) do
  if redis.call('EXISTS', ARGV[3] .. worker) == 0 then
    local id = redis.call('LMOVE', ARGV[2] .. worker, KEYS[2], 'RIGHT', 'LEFT')
    while id do
      local task = ARGV[1] .. id
      local type, status, attempt = unpack(redis.call('HMGET', task, 'type', 'status', 'attempt'))
      local begun = status == 'processing'
      if begun then
        move(task, KEYS[3], 'pending')
      end
      if type then
        recovered[#recovered + 1] = { id, type, begun and attempt or '0' }
      end
      id = redis.call('LMOVE', ARGV[2] .. worker, KEYS[2], 'RIGHT', 'LEFT')
    end
    redis.call('SREM', KEYS[1], worker)
  end
end
return recovered
