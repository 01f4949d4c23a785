import type { ClaimDefinition } from '../../engine/claim.ts';
import recover from '../../engine/claims/reliable-list.recover.lua.ts';
import renew from '../../engine/claims/reliable-list.renew.lua.ts';
import settle from '../../engine/claims/reliable-list.settle.lua.ts';
import submit from '../../engine/claims/reliable-list.submit.lua.ts';
import take from '../../engine/claims/reliable-list.take.lua.ts';
import { runScript, type Script } from '../../engine/script.ts';
import type { Mutant } from './mutant.ts';
import {
  altered,
  type Edit,
  edited,
  instead,
  rewritten,
  type ScriptChange,
  type Sent,
  scriptOf,
  withContext,
  withScripts,
  withStrategy,
} from './planting.ts';

const of = 'reliable-list';

const PROMOTE = 'local function promote(queue, owners, ready, limit)';
/** Of a type: its limit, how many places are taken, and the head of its queue. KEYS queue, owners, limits; ARGV[1] type. */
const LOOK = scriptOf(`
return {
  redis.call('HGET', KEYS[3], ARGV[1]), redis.call('SCARD', KEYS[2]), redis.call('LINDEX', KEYS[1], 0),
}
`);
const PROMOTE_HEAD = scriptOf(`
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('RPUSH', KEYS[3], ARGV[1])
redis.call('SADD', KEYS[2], ARGV[1])
`);

/** Promotes as long as there is room: what it has seen in one command it does in the next. */
async function promote(
  { redis }: Pick<Sent, 'redis'>,
  type: string,
  [queue, owners, ready, limits]: readonly [string, string, string, string],
): Promise<void> {
  for (;;) {
    const seen = await runScript(redis, LOOK, [queue, owners, limits], [type]);
    const [limit, taken, head] = seen as [string | null, number, string | undefined];
    if (limit === null || head === undefined || head === null || (Number(limit) > 0 && taken >= Number(limit))) return;
    await runScript(redis, PROMOTE_HEAD, [queue, owners, ready], [head]);
  }
}

/** The script promotes nothing; the client does, once it was answered. */
function promotedAfter(script: Script): ScriptChange {
  const changed = edited(script, [PROMOTE, `${PROMOTE}\n  if true then\n    return\n  end`]);
  return instead(script, async ({ redis, keys, args }) => {
    const reply = await runScript(redis, changed, keys, args);
    if (script === take) {
      for (let key = 6, type = 3; key < keys.length; key += 2, type += 2) {
        const places = [keys[key], keys[key + 1], keys[1], keys[2]] as [string, string, string, string];
        await promote({ redis }, String(args[type]), places);
      }
    } else {
      await promote({ redis }, String(args[1]), keys.slice(2, 6) as [string, string, string, string]);
    }
    return reply;
  });
}

/** Workers whose hearts do not beat, each with when it was last heard of. KEYS[1] workers; ARGV as the recovery script's. */
const FIND_DEAD = scriptOf(`
local dead = {}
local heardOf = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for index = 1, #heardOf, 2 do
  if redis.call('EXISTS', ARGV[3] .. heardOf[index]) == 0 then
    dead[#dead + 1] = heardOf[index]
    dead[#dead + 1] = heardOf[index + 1]
  end
end
return dead
`);

/** Recovery looks for dead workers in one command, and takes what is in their lists in the next, as if nothing had happened since. */
function heartCheckedBefore(): ScriptChange {
  const takeFrom = edited(
    recover,
    ["redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')", '{ unpack(ARGV, 4) }'],
    ["if redis.call('EXISTS', ARGV[3] .. worker) == 0 then", 'do'],
  );
  return instead(recover, async ({ redis, keys, args }) => {
    const dead = (await runScript(redis, FIND_DEAD, keys.slice(0, 1), args)) as string[];
    return dead.length === 0 ? [] : runScript(redis, takeFrom, keys, [...args, ...dead]);
  });
}

const GIVE_BACK: Edit = ['\ngiveBackOthers(', '\n-- giveBackOthers('];
const NEXT = "redis.call('LINDEX', KEYS[6], 0) or redis.call('LMOVE', KEYS[2], KEYS[6], 'LEFT', 'RIGHT')";

/** A worker looks into its own list only where BLMOVE told it that it had put something there, and only at that. */
function ownListNotRead(definition: ClaimDefinition): ClaimDefinition {
  const edits = {
    told: edited(take, GIVE_BACK, [NEXT, "redis.call('LINDEX', KEYS[6], -1)"]),
    untold: edited(take, GIVE_BACK, [NEXT, "redis.call('LMOVE', KEYS[2], KEYS[6], 'LEFT', 'RIGHT')"]),
  };
  return {
    ...definition,
    create(context, parameters) {
      /** Lists of which BLMOVE has told, and nobody has taken from since. */
      const told = new Set<string>();
      const taking = instead(take, ({ redis, keys, args }) =>
        runScript(redis, told.delete(keys[5] as string) ? edits.told : edits.untold, keys, args),
      );
      const planted = withStrategy(
        withScripts(definition, () => [taking, rewritten(renew, GIVE_BACK)]),
        (strategy) => ({
          claim: (worker) => {
            const { blockingRedis } = worker;
            const blmove = async (from: string, to: string, _: 'LEFT', __: 'RIGHT', seconds: number) => {
              const moved = await blockingRedis.blmove(from, to, 'LEFT', 'RIGHT', seconds);
              if (moved !== null) told.add(to);
              return moved;
            };
            return strategy.claim({ ...worker, blockingRedis: altered(blockingRedis, { blmove }) });
          },
        }),
      );
      return planted.create(context, parameters);
    },
  };
}

/** What a worker is called in keys and arguments: its number, and its process's life. */
const WORKER_NAME = /worker-(\d+):[^:]+$/;

/** Every other worker has the same name, of whatever process and life, in all that Redis hears of it. */
function nameInUse(definition: ClaimDefinition): ClaimDefinition {
  const named = <T>(value: T) =>
    typeof value === 'string' ? value.replace(WORKER_NAME, (_, number) => `host-${Number(number) % 2}`) : value;
  const renaming = withContext(definition, (context) => {
    const { redis } = context;
    const evalsha = (sha1: string, count: number, ...rest: (string | number)[]) =>
      redis.evalsha(sha1, count, ...rest.map(named));
    const evaluated = (source: string, count: number, ...rest: (string | number)[]) =>
      redis.eval(source, count, ...rest.map(named));
    return { ...context, redis: altered(redis, { evalsha, eval: evaluated }) };
  });
  return withStrategy(renaming, (strategy) => ({
    claim: (worker) => {
      const { blockingRedis } = worker;
      const blmove = (from: string, to: string, _: 'LEFT', __: 'RIGHT', seconds: number) =>
        blockingRedis.blmove(from, named(to), 'LEFT', 'RIGHT', seconds);
      return strategy.claim({ ...worker, blockingRedis: altered(blockingRedis, { blmove }) });
    },
  }));
}

/** Bugs of lists: tasks that move from one to another, and workers whose hearts beat or do not. */
export const LIST_MUTANTS: readonly Mutant[] = [
  {
    id: 'pop-then-push',
    of,
    summary: 'the move into the worker’s list is a BLPOP and an RPUSH: a crash between loses the task (Resque)',
    plant: (definition) =>
      withStrategy(definition, (strategy) => ({
        claim: (worker) => {
          const { blockingRedis } = worker;
          const blmove = async (from: string, to: string, _: 'LEFT', __: 'RIGHT', seconds: number) => {
            const popped = await blockingRedis.blpop([from], seconds);
            if (popped !== null) await blockingRedis.rpush(to, popped[1]);
            return popped?.[1] ?? null;
          };
          return strategy.claim({ ...worker, blockingRedis: altered(blockingRedis, { blmove }) });
        },
      })),
    shows: ['no-task-lost'],
    needs: ['crash'],
  },
  {
    id: 'name-in-use',
    of,
    summary: 'two workers have one name, as of one host name: each finds the other’s task in its list',
    plant: nameInUse,
    shows: ['exclusion', 'conservation', 'no-duplicate-execution', 'concurrency-limit'],
    needs: [],
  },
  {
    id: 'heart-stops-at-work',
    of,
    summary: 'the heart beats while a worker waits, not while its handler runs: a long task is a dead worker',
    plant: (definition) =>
      withScripts(definition, () => [rewritten(renew, ['beat(KEYS[3], KEYS[2], ARGV[3], ARGV[2])', ''])]),
    shows: ['exclusion', 'no-duplicate-execution', 'concurrency-limit'],
    needs: [],
  },
  {
    id: 'own-list-not-read',
    of,
    summary: 'a claim whose answer was lost is not found again: the worker lives, and its task stays where it is',
    plant: ownListNotRead,
    shows: ['no-task-lost', 'no-lost-wakeup', 'work-conserving'],
    needs: ['reply-lost'],
  },
  {
    id: 'double-promotion',
    of,
    summary: 'what waits is promoted in two commands: two that look at once promote one task twice',
    plant: (definition) => withScripts(definition, () => [submit, settle, take].map(promotedAfter)),
    shows: ['exclusion', 'conservation', 'no-duplicate-execution', 'concurrency-limit', 'legal-lifecycle'],
    needs: [],
  },
  {
    id: 'heart-checked-before',
    of,
    summary: 'recovery looks for dead workers and takes their lists in the next command: one may be back between',
    plant: (definition) => withScripts(definition, () => [heartCheckedBefore()]),
    shows: ['exclusion', 'concurrency-limit', 'conservation', 'legal-lifecycle'],
    needs: ['partition'],
    // Hearts that stop soon, recovery that hardly rests, and always something to take for who comes back.
    parameters: { leaseMs: 100, blockMs: 50 },
    recoverIntervalMs: 2,
    workload: { types: { report: { handlerMs: [20, 60] } }, arrivals: [{ type: 'report', count: 40 }] },
  },
  {
    id: 'release-forgotten-on-failure',
    of,
    summary: 'a task that fails keeps its place under the limit: each failure takes one for good',
    plant: (definition) =>
      withScripts(definition, () => [
        rewritten(settle, [
          "redis.call('SREM', KEYS[4], ARGV[1])",
          "if ARGV[4] == 'success' then redis.call('SREM', KEYS[4], ARGV[1]) end",
        ]),
      ]),
    shows: ['no-task-lost', 'work-conserving', 'no-lost-wakeup'],
    needs: ['handler-throws'],
  },
  {
    id: 'list-of-the-dead-deleted',
    of,
    summary: 'recovery tidies up after a dead worker, its list and what is in it',
    plant: (definition) =>
      withScripts(definition, () => [
        rewritten(recover, [
          "    local id = redis.call('LMOVE', ARGV[2] .. worker, KEYS[2], 'RIGHT', 'LEFT')",
          "    redis.call('DEL', ARGV[2] .. worker)\n    local id = redis.call('LMOVE', ARGV[2] .. worker, KEYS[2], 'RIGHT', 'LEFT')",
        ]),
      ]),
    shows: ['no-task-lost'],
    needs: ['crash'],
  },
];
