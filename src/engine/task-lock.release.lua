-- Unlocks only for the owner: a lock that expired and was taken by another stays.
-- KEYS[1] lock   ARGV[1] owner
-- Returns 1 when the lock was the owner's, 0 otherwise.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
