/** How many instructions of Lua's machine run between two looks at a script's budget. */
export const INSTRUCTIONS_PER_CHECK = 100_000;

/**
 * The world as a script sees it: Lua 5.1's libraries cut down to what Redis 7.0 lets through, Redis's own beside them.
 *
 * Official Lua has no read-only tables. Where Redis marks a table read-only, scripts are given an empty stand-in whose reads
 * go to the real table and whose writes raise Redis's error; `next`, `pairs`, `rawset` and `setmetatable` know the stand-ins
 * (`base-library.ts`). Not covered: the table library, given a library to write into, writes into the stand-in.
 *
 * Called with the host's functions by name; returns what the host must know.
 */
export const SANDBOX = `
local host = ...
local real, dbg = _G, debug
local kept = dbg.getregistry().windtunnel
local setmetatable, setfenv = setmetatable, setfenv

dbg.sethook(function() end, '', ${INSTRUCTIONS_PER_CHECK})

local allowed = {}
for name in string.gmatch([[
  _G _VERSION assert collectgarbage coroutine error gcinfo getmetatable ipairs load loadstring math next pairs pcall
  rawequal rawget rawset select setmetatable string table tonumber tostring type unpack xpcall
]], '%S+') do allowed[name] = true end
local names = {}
for name in pairs(real) do names[#names + 1] = name end
for _, name in ipairs(names) do if not allowed[name] then real[name] = nil end end

function real.__redis__err__handler(err)
  local i = dbg.getinfo(2, 'nSl')
  if i and i.what == 'C' then i = dbg.getinfo(3, 'nSl') end
  if type(err) ~= 'table' then err = { err = 'ERR ' .. tostring(err) } end
  if i then
    err['source'] = i.source
    err['line'] = i.currentline
  end
  return err
end

local redis = host.libraries.redis
redis.LOG_DEBUG, redis.LOG_VERBOSE, redis.LOG_NOTICE, redis.LOG_WARNING = 0, 1, 2, 3
redis.REPL_NONE, redis.REPL_AOF, redis.REPL_SLAVE, redis.REPL_REPLICA, redis.REPL_ALL = 0, 1, 2, 2, 3
redis.REDIS_VERSION, redis.REDIS_VERSION_NUM = '7.0.15', 0x0007000f

local cjson = host.libraries.cjson
cjson.null, cjson._NAME, cjson._VERSION = host.null, 'cjson', '2.1.0'

for name, library in pairs(host.libraries) do
  real[name] = library
end

local standIns = {}
local function protect(table)
  local standIn = setmetatable({}, { __index = table, __newindex = host.functions.readonly, __metatable = false })
  standIns[#standIns + 1] = standIn
  standIns[#standIns + 1] = table
  return standIn
end

names = {}
for name, value in pairs(real) do if type(value) == 'table' and value ~= real then names[#names + 1] = name end end
table.sort(names)
for _, name in ipairs(names) do real[name] = protect(real[name]) end

setmetatable(real, { __index = host.functions.missing })
local globals = protect(real)
real._G = globals
setfenv(0, globals)

kept.standIns = standIns
kept.real = real
kept.scripts = {}
kept.host = host
kept.handler = real.__redis__err__handler
return kept
`;
