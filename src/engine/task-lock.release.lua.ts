// Made from task-lock.release.lua by `npm run scripts`. Edit that file, not this one.
export default {
  sha1: 'fde24d0e1541844b23c423ecf9aee83a30805287',
  source: "-- Unlocks only for the owner: a lock that expired and was taken by another stays.\n-- KEYS[1] lock   ARGV[1] owner\n-- Returns 1 when the lock was the owner's, 0 otherwise.\nif redis.call('GET', KEYS[1]) == ARGV[1] then\n  return redis.call('DEL', KEYS[1])\nend\nreturn 0\n",
} as const;
