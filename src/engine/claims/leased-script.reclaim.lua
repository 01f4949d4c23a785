-- Takes back the tasks of all types whose leases have ended.
-- KEYS[1] totals, then queue and leases of each type   ARGV[1] prefix of tasks' keys
-- Returns the owners of those leases, a list for each type.
-- @include "attempt.part.lua"
-- @include "leased-script.reclaim.part.lua"
local ended = {}
for key = 2, #KEYS, 2 do
  ended[#ended + 1] = reclaim(KEYS[key], KEYS[key + 1], KEYS[1], ARGV[1])
end
return ended
