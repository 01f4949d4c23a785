-- Appends a new task to the stream of its type.
-- KEYS[1] task   KEYS[2] totals   KEYS[3] stream   KEYS[4] wake-up   ARGV[1] id   ARGV[2..] the record's fields and values
-- @include "attempt.part.lua"
-- @include "stream-per-type.signal.part.lua"
if create(KEYS[1], KEYS[2], { unpack(ARGV, 2) }) then
  if redis.call('EXISTS', KEYS[3]) == 0 then
    redis.call('XGROUP', 'CREATE', KEYS[3], 'workers', '0', 'MKSTREAM')
  end
  redis.call('HSET', KEYS[1], 'entry', redis.call('XADD', KEYS[3], '*', 'task', ARGV[1]))
  signal(KEYS[4])
end
