-- How many leases have not ended. An ended one takes no room: its entry is there to be taken over.
local function live(leases)
  return redis.call('ZCOUNT', leases, '(' .. now(), '+inf')
end

-- Wakes one worker that waits for a type, or the next that will: a signal waits for a sleeper, and one is enough.
-- Whoever takes it and finds more wakes the next.
local function signal(wakeup)
  if redis.call('EXISTS', wakeup) == 0 then
    redis.call('RPUSH', wakeup, 1)
  end
end
