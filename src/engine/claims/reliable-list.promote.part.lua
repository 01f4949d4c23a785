-- Moves tasks of a type from its queue to the ready list while it has room, a bounded number at a time.
-- Ready tasks own a place as running ones do: of those that wait for a worker, none is over the limit.
local PROMOTED_MAX = 100

local function promote(queue, owners, ready, limit)
  for _ = 1, PROMOTED_MAX do
    if not limit or (limit > 0 and redis.call('SCARD', owners) >= limit) then
      return
    end
    local id = redis.call('LMOVE', queue, ready, 'LEFT', 'RIGHT')
    if not id then
      return
    end
    redis.call('SADD', owners, id)
  end
end
