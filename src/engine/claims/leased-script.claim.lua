-- The first type that has a task and, once ended leases are taken back, room: its head, a lease on it, status processing.
-- KEYS[1] totals, then queue and leases of each type   ARGV[1] prefix of tasks' keys   ARGV[2] lease in ms   ARGV[3..] limits, 0: none
-- Returns the owners of ended leases, a list for each type that was asked; then the attempt and the record, where there is one.
-- @include "attempt.part.lua"
-- @include "leased-script.reclaim.part.lua"
local function pop(queue)
  local id
  repeat
    id = redis.call('ZPOPMIN', queue)[1]
  -- Somebody may have deleted its record.
  until not id or redis.call('EXISTS', ARGV[1] .. id) == 1
  return id
end

local ended = {}
for key = 2, #KEYS, 2 do
  local queue, leases, limit = KEYS[key], KEYS[key + 1], tonumber(ARGV[2 + key / 2])
  ended[#ended + 1] = reclaim(queue, leases, KEYS[1], ARGV[1])
  if limit == 0 or redis.call('ZCARD', leases) < limit then
    local id = pop(queue)
    if id then
      local attempt, record = begin(ARGV[1] .. id, KEYS[1])
      redis.call('ZADD', leases, now() + ARGV[2], id .. ':' .. attempt)
      return { ended, attempt, record }
    end
  end
end
return { ended }
