-- A worker is registered with when it was last heard of. Its name outlives its heart: a BLMOVE of its may come later.

local function beat(workers, heart, worker, leaseMs)
  redis.call('ZADD', workers, now(), worker)
  redis.call('SET', heart, 1, 'PX', leaseMs)
end

-- Puts what stands behind a worker's task back to where it came from: a BLMOVE that was sent again moved it, nobody began it.
local function giveBackOthers(list, ready)
  while redis.call('LLEN', list) > 1 do
    redis.call('LMOVE', list, ready, 'RIGHT', 'LEFT')
  end
end
