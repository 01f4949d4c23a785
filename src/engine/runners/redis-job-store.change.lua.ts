// Made from redis-job-store.change.lua by `npm run scripts`. Edit that file, not this one.
export default {
  sha1: '375dd46a3cab2f75de24fc4b9e799c828f64a620',
  source: "-- KEYS: the job. ARGV: a field, the value it is to have now ('': any), its new value.\n-- Answers 1 where it was changed; a job that is not there is not made.\nlocal current = redis.call('HGET', KEYS[1], ARGV[1])\nif not current or (ARGV[2] ~= '' and current ~= ARGV[2]) then\n  return 0\nend\nredis.call('HSET', KEYS[1], ARGV[1], ARGV[3])\nreturn 1\n",
} as const;
