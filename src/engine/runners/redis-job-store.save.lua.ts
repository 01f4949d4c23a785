// Made from redis-job-store.save.lua by `npm run scripts`. Edit that file, not this one.
export default {
  sha1: '922b8a5ceedc630aa710718348402858c8c56fdb',
  source: "-- KEYS: the job, all jobs. ARGV: id, type, status, owner, whether to write over one that is there (1 or 0).\n-- Answers 1 where the job was written.\nif ARGV[5] == '0' and redis.call('EXISTS', KEYS[1]) == 1 then\n  return 0\nend\nredis.call('HSET', KEYS[1], 'type', ARGV[2], 'status', ARGV[3], 'owner', ARGV[4])\nredis.call('ZADD', KEYS[2], 'NX', redis.call('ZCARD', KEYS[2]), ARGV[1])\nreturn 1\n",
} as const;
