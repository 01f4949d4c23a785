import claim from '../../engine/claims/leased-script.claim.lua.ts';
import reclaim from '../../engine/claims/leased-script.reclaim.lua.ts';
import { runScript } from '../../engine/script.ts';
import { edited, instead, type ScriptChange, scriptOf } from './planting.ts';

// What leased-script does in one script, done in two commands: somebody else, or a crash, may come between.

/** How many leases each type has. KEYS as the claim script's. */
const COUNT_LEASES = scriptOf(`
local counts = {}
for key = 2, #KEYS, 2 do counts[#counts + 1] = redis.call('ZCARD', KEYS[key + 1]) end
return counts
`);

/** The claim script reads a limit of 0 as none: here one of -1 is a full type. */
export function limitCheckedBefore(): ScriptChange {
  return instead(claim, async ({ redis, keys, args }) => {
    const counts = (await runScript(redis, COUNT_LEASES, keys, [])) as number[];
    const limits = args.slice(2).map((limit, type) => {
      if (Number(limit) === 0) return 0;
      return (counts[type] as number) < Number(limit) ? 0 : -1;
    });
    return runScript(redis, claim, keys, [...args.slice(0, 2), ...limits]);
  });
}

const POP_AND_LEASE = scriptOf(`
redis.call('ZPOPMIN', KEYS[1])
local time = redis.call('TIME')
redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2], ARGV[1])
`);

/** The head of the first type with room gets its next attempt and status processing, and stays in the queue until the next command. */
export function statusBeforePop(): ScriptChange {
  const peek = edited(
    claim,
    ["redis.call('ZPOPMIN', queue)[1]", "redis.call('ZRANGE', queue, 0, 0)[1]"],
    ["redis.call('ZADD', leases, now() + ARGV[2], id .. ':' .. attempt)", ''],
    ['return { ended, attempt, record }', "return { ended, attempt, record, key, id .. ':' .. attempt }"],
  );
  return instead(claim, async ({ redis, keys, args }) => {
    const reply = (await runScript(redis, peek, keys, args)) as [unknown, unknown, unknown, number, string];
    const [, , , key, owner] = reply;
    if (key !== undefined) {
      await runScript(redis, POP_AND_LEASE, keys.slice(key - 1, key + 1), [owner, args[1] as number]);
    }
    return reply;
  });
}

/** The head of the first type with room is taken out of the queue, and nothing else is done to it until the next command. */
export function poppedThenLeased(): ScriptChange {
  const pop = edited(claim, [
    `local attempt, record = begin(ARGV[1] .. id, KEYS[1])
      redis.call('ZADD', leases, now() + ARGV[2], id .. ':' .. attempt)
      return { ended, attempt, record }`,
    'return { ended, key, id }',
  ]);
  // KEYS totals, leases; ARGV task's key, id, lease in ms.
  const begin = edited(claim, [
    claim.source.slice(claim.source.indexOf('local ended = {}')),
    `local attempt, record = begin(ARGV[1], KEYS[1])
redis.call('ZADD', KEYS[2], now() + ARGV[3], ARGV[2] .. ':' .. attempt)
return { attempt, record }`,
  ]);
  return instead(claim, async ({ redis, keys, args }) => {
    const [ended, key, id] = (await runScript(redis, pop, keys, args)) as [unknown, number?, string?];
    if (key === undefined) return [ended];
    const begun = await runScript(
      redis,
      begin,
      [keys[0] as string, keys[key] as string],
      [`${args[0]}${id}`, id as string, args[1] as number],
    );
    return [ended, ...(begun as unknown[])];
  });
}

const SET_END = scriptOf(`
local time = redis.call('TIME')
return redis.call('ZADD', KEYS[1], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2], ARGV[1])
`);

/** A lease is for ever until the next command. */
export function leasedThenEnded(): ScriptChange {
  const leaseForEver = edited(
    claim,
    ['now() + ARGV[2]', "'+inf'"],
    ['return { ended, attempt, record }', "return { ended, attempt, record, key, id .. ':' .. attempt }"],
  );
  return instead(claim, async ({ redis, keys, args }) => {
    const reply = (await runScript(redis, leaseForEver, keys, args)) as [unknown, unknown, unknown, number, string];
    const [, , , key, owner] = reply;
    if (key !== undefined) await runScript(redis, SET_END, [keys[key] as string], [owner, args[1] as number]);
    return reply;
  });
}

/** Ended leases are found in one command, and their tasks taken back in the next, as they were found. */
export function checkedThenTaken(): ScriptChange {
  const find = edited(reclaim, [
    `redis.call('ZREM', leases, owner)
    if standing(task, attempt) == 'held' then
      redis.call('ZADD', queue, redis.call('HGET', task, 'score'), id)
      move(task, totals, 'pending')
      reclaimed[#reclaimed + 1] = owner
    end`,
    "if standing(task, attempt) == 'held' then reclaimed[#reclaimed + 1] = owner else redis.call('ZREM', leases, owner) end",
  ]);
  // ARGV[2..] owners, `-` between two types.
  const takeBack = edited(reclaim, [
    `for key = 2, #KEYS, 2 do
  ended[#ended + 1] = reclaim(KEYS[key], KEYS[key + 1], KEYS[1], ARGV[1])
end`,
    `local key = 2
ended[1] = {}
for place = 2, #ARGV do
  local owner = ARGV[place]
  if owner == '-' then
    key = key + 2
    ended[#ended + 1] = {}
  else
    local id = owner:match('^(.*):(%d+)$')
    redis.call('ZREM', KEYS[key + 1], owner)
    redis.call('ZADD', KEYS[key], redis.call('HGET', ARGV[1] .. id, 'score'), id)
    move(ARGV[1] .. id, KEYS[1], 'pending')
    table.insert(ended[#ended], owner)
  end
end`,
  ]);
  return instead(reclaim, async ({ redis, keys, args }) => {
    const found = (await runScript(redis, find, keys, args)) as string[][];
    if (found.flat().length === 0) return found;
    const owners = found.flatMap((ofType, type) => (type === 0 ? ofType : ['-', ...ofType]));
    return runScript(redis, takeBack, keys, [...args, ...owners]);
  });
}
