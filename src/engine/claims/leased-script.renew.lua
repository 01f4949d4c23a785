-- Prolongs a lease, unless it was taken back.
-- KEYS[1] leases   ARGV[1] owner   ARGV[2] lease in ms
-- Returns 1, or 0 where it is gone.
-- @include "attempt.part.lua"
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return 0
end
redis.call('ZADD', KEYS[1], now() + ARGV[2], ARGV[1])
return 1
