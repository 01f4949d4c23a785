-- Appends a new task to the queue of its type; to the ready list where there is room. Only workers know the limits: before the first
-- has said them, everything waits.
-- KEYS[1] task   KEYS[2] totals   KEYS[3] queue   KEYS[4] owners   KEYS[5] ready   KEYS[6] limits
-- ARGV[1] id   ARGV[2] type   ARGV[3..] the record's fields and values
-- @include "attempt.part.lua"
-- @include "reliable-list.promote.part.lua"
if create(KEYS[1], KEYS[2], { unpack(ARGV, 3) }) then
  redis.call('RPUSH', KEYS[3], ARGV[1])
  promote(KEYS[3], KEYS[4], KEYS[5], tonumber(redis.call('HGET', KEYS[6], ARGV[2])))
end
