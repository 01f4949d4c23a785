-- KEYS: the job. ARGV: a field, the value it is to have now ('': any), its new value.
-- Answers 1 where it was changed; a job that is not there is not made.
local current = redis.call('HGET', KEYS[1], ARGV[1])
if not current or (ARGV[2] ~= '' and current ~= ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
