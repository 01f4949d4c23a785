-- Puts a new task into the queue of its type.
-- KEYS[1] task   KEYS[2] totals   KEYS[3] queue   ARGV[1] id   ARGV[2] score   ARGV[3..] the record's fields and values
-- @include "attempt.part.lua"
if create(KEYS[1], KEYS[2], { unpack(ARGV, 3) }) then
  redis.call('HSET', KEYS[1], 'score', ARGV[2])
  redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
end
