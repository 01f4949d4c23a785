-- The first type that has room: its entry whose lease ended first, or its next unread one; a lease on it, status processing.
-- KEYS[1] totals, then stream, leases and wake-up of each type
-- ARGV[1] prefix of tasks' keys   ARGV[2] consumer   ARGV[3] lease in ms   ARGV[4..] limits, 0: none
-- Returns the owners of ended leases that were taken over, and those whose entries are gone, a list of both for each type that was
-- asked; then the attempt and the record, where there is one.
-- @include "attempt.part.lua"
-- @include "stream-per-type.signal.part.lua"
local totals, prefix, consumer = KEYS[1], ARGV[1], ARGV[2]

-- The entry of an ended lease moves to this consumer. Nil where somebody deleted it: its task ends here.
local function takeOver(stream, leases, owner, ended)
  local id, attempt = owner:match('^(.*):(%d+)$')
  local task = prefix .. id
  redis.call('ZREM', leases, owner)
  if standing(task, attempt) ~= 'held' then
    return nil
  end
  if #redis.call('XCLAIM', stream, 'workers', consumer, 0, redis.call('HGET', task, 'entry')) == 0 then
    move(task, totals, 'failed')
    ended.gone[#ended.gone + 1] = owner
    return nil
  end
  move(task, totals, 'pending')
  ended.taken[#ended.taken + 1] = owner
  return id
end

local function read(stream)
  local reply = redis.call('XREADGROUP', 'GROUP', 'workers', consumer, 'COUNT', 1, 'STREAMS', stream, '>')
  if reply then
    local entry = reply[1][2][1]
    return entry[2][2], entry[1]
  end
end

-- An ended lease comes before unread entries.
local function nextOf(stream, leases, limit, ended)
  while limit == 0 or live(leases) < limit do
    local owner = redis.call('ZRANGEBYSCORE', leases, '-inf', now(), 'LIMIT', 0, 1)[1]
    local id, entry
    if owner then
      id = takeOver(stream, leases, owner, ended)
    else
      id, entry = read(stream)
      if not id then
        return nil
      end
      -- Somebody deleted its record.
      if redis.call('EXISTS', prefix .. id) == 0 then
        redis.call('XACK', stream, 'workers', entry)
        redis.call('XDEL', stream, entry)
        id = nil
      end
    end
    if id then
      return id
    end
  end
end

local all = {}
for key = 2, #KEYS, 3 do
  local stream, leases, wakeup, limit = KEYS[key], KEYS[key + 1], KEYS[key + 2], tonumber(ARGV[3 + (key + 1) / 3])
  local ended = { taken = {}, gone = {} }
  local id = redis.call('EXISTS', stream) == 1 and nextOf(stream, leases, limit, ended)
  all[#all + 1] = { ended.taken, ended.gone }
  if id then
    local attempt, record = begin(prefix .. id, totals)
    redis.call('ZADD', leases, now() + ARGV[3], id .. ':' .. attempt)
    local held = live(leases)
    if (limit == 0 or held < limit) and redis.call('XLEN', stream) > held then
      signal(wakeup)
    end
    return { all, attempt, record }
  end
  -- Nothing here, or no room: whatever changes that signals again.
  redis.call('DEL', wakeup)
end
return { all }
