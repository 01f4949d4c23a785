-- A task that was a worker's, who never began it, and is another's next: that was an attempt too, lest its next one seem the first.
local function pass(task)
  if redis.call('EXISTS', task) == 1 then
    redis.call('HINCRBY', task, 'attempt', 1)
  end
end

-- A worker is registered with when it was last heard of. Its name outlives its heart: a BLMOVE of its may come later.

local function beat(workers, heart, worker, leaseMs)
  redis.call('ZADD', workers, now(), worker)
  redis.call('SET', heart, 1, 'PX', leaseMs)
end

-- Puts what stands behind a worker's task back to where it came from: a BLMOVE that was sent again moved it, nobody began it.
local function giveBackOthers(list, ready, prefix)
  while redis.call('LLEN', list) > 1 do
    pass(prefix .. redis.call('LMOVE', list, ready, 'RIGHT', 'LEFT'))
  end
end
