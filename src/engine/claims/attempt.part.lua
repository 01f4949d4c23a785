-- A task's record and its attempts. The attempt is the fencing token: it grows with each claim, and only the last may settle.
-- Tasks are counted by status, so that nobody has to look for them.

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function move(task, totals, to)
  redis.call('HINCRBY', totals, redis.call('HGET', task, 'status'), -1)
  redis.call('HINCRBY', totals, to, 1)
  redis.call('HSET', task, 'status', to, 'updatedAtMs', now())
end

-- Writes a new task down. False where its id is known: a submission that is sent again changes nothing.
local function create(task, totals, fields)
  if redis.call('EXISTS', task) == 1 then
    return false
  end
  redis.call('HSET', task, unpack(fields))
  redis.call('HINCRBY', totals, 'pending', 1)
  return true
end

-- Begins the next attempt at a pending task. Returns its number and the record.
local function begin(task, totals)
  move(task, totals, 'processing')
  local attempt = redis.call('HINCRBY', task, 'attempt', 1)
  return attempt, redis.call('HGETALL', task)
end

-- Where an attempt stands that would write a status: 'held'; 'settled', where it has done so itself and did not hear; or 'lost'.
local function standing(task, attempt, to)
  local last, status, settled = unpack(redis.call('HMGET', task, 'attempt', 'status', 'settled'))
  if last == attempt and status == 'processing' then
    return 'held'
  end
  return to and settled == attempt .. ':' .. to and 'settled' or 'lost'
end

-- What an attempt that holds its task makes of it.
local function settle(task, totals, attempt, to)
  move(task, totals, to)
  redis.call('HSET', task, 'settled', attempt .. ':' .. to)
end
