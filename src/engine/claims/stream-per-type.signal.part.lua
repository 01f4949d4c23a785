-- Wakes one worker that waits for a type, or the next that will: a signal waits for a sleeper, and one is enough.
-- Whoever takes it and finds more wakes the next.
local function signal(wakeup)
  if redis.call('EXISTS', wakeup) == 0 then
    redis.call('RPUSH', wakeup, 1)
  end
end
