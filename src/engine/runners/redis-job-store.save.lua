-- KEYS: the job, all jobs. ARGV: id, type, status, owner, whether to write over one that is there (1 or 0).
-- Answers 1 where the job was written.
if ARGV[5] == '0' and redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'type', ARGV[2], 'status', ARGV[3], 'owner', ARGV[4])
redis.call('ZADD', KEYS[2], 'NX', redis.call('ZCARD', KEYS[2]), ARGV[1])
return 1
