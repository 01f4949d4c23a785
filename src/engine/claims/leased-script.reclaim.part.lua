-- Puts tasks of a type whose leases have ended back to their places in its queue, a few at a time. Returns
-- the owners of those leases.
local RECLAIMED_MAX = 10

local function reclaim(queue, leases, totals, prefix)
  local reclaimed = {}
  for _, owner in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now(), 'LIMIT', 0, RECLAIMED_MAX)) do
    local id, attempt = owner:match('^(.*):(%d+)$')
    local task = prefix .. id
    redis.call('ZREM', leases, owner)
    if standing(task, attempt) == 'held' then
      redis.call('ZADD', queue, redis.call('HGET', task, 'score'), id)
      move(task, totals, 'pending')
      reclaimed[#reclaimed + 1] = owner
    end
  end
  return reclaimed
end
