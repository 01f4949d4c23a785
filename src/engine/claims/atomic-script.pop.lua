-- Checks the limit, pops a task and takes a token, in one step (xqueue-0.0.4, loss repair two).
-- KEYS[1] pending queue   KEYS[2] semaphore   ARGV[1] limit   ARGV[2] worker
-- ARGV[3] how the limit is compared: 'string', as it arrives and as the document does it, or 'number'
-- Returns {task, token}; nil when the limit is reached or nothing is pending.
-- The document only defines this as a function: it never calls it, and would answer nil for ever.
local pending_key = KEYS[1]
local semaphore_key = KEYS[2]
local max_concurrency = ARGV[1]
local worker_id = ARGV[2]
if ARGV[3] == 'number' then
  max_concurrency = tonumber(max_concurrency)
end

local current_count = redis.call('ZCARD', semaphore_key)
-- Lua does not compare a number with a string: it raises an error.
if current_count >= max_concurrency then
  return nil
end

local task_result = redis.call('ZPOPMIN', pending_key, 1)
if #task_result == 0 then
  return nil
end

-- Nothing ever looks at the score: a token that is not given back stays.
local token = worker_id .. ':' .. redis.call('TIME')[1]
redis.call('ZADD', semaphore_key, redis.call('TIME')[1], token)

return {task_result[1], token}
