-- Prolongs a lease, unless it was taken over; the consumer claims its own entry again, so that it is not idle.
-- KEYS[1] task   KEYS[2] stream   KEYS[3] leases   ARGV[1] owner   ARGV[2] consumer   ARGV[3] lease in ms
-- Returns 1, or 0 where it is gone.
-- @include "attempt.part.lua"
if not redis.call('ZSCORE', KEYS[3], ARGV[1]) then
  return 0
end
redis.call('ZADD', KEYS[3], now() + ARGV[3], ARGV[1])
redis.call('XCLAIM', KEYS[2], 'workers', ARGV[2], 0, redis.call('HGET', KEYS[1], 'entry'), 'JUSTID')
return 1
