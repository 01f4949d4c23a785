import claim from '../../engine/claims/leased-script.claim.lua.ts';
import reclaim from '../../engine/claims/leased-script.reclaim.lua.ts';
import renew from '../../engine/claims/leased-script.renew.lua.ts';
import settle from '../../engine/claims/leased-script.settle.lua.ts';
import { runScript, type Script } from '../../engine/script.ts';
import { checkedThenTaken, leasedThenEnded, limitCheckedBefore, poppedThenLeased } from './leased-script-steps.ts';
import type { Mutant } from './mutant.ts';
import {
  type Edit,
  edited,
  instead,
  rewritten,
  type ScriptChange,
  withClaims,
  withScripts,
  withStrategy,
  withText,
} from './planting.ts';

const of = 'leased-script';

const COUNTER = "(tonumber(redis.call('GET', leases .. ':count')) or 0) < limit";
const CLAIM_COUNTS = [
  ["redis.call('ZCARD', leases) < limit", COUNTER],
  [
    '      return { ended, attempt, record }',
    "      redis.call('INCR', leases .. ':count')\n      return { ended, attempt, record }",
  ],
] as const;
const RELEASE = "redis.call('ZREM', KEYS[4], ARGV[1] .. ':' .. ARGV[2])";
const RECLAIM = "redis.call('ZREM', leases, owner)";
const NOW = `local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)`;

const NEVER_RECLAIMS: Edit = ['ended[#ended + 1] = reclaim(queue, leases, KEYS[1], ARGV[1])', 'ended[#ended + 1] = {}'];

/** `now()` is what the worker says: the last argument. */
function byTheWorkersClock(script: Script): ScriptChange {
  const changed = edited(script, [NOW, 'return tonumber(ARGV[#ARGV])']);
  return instead(script, ({ context, redis, keys, args }) =>
    runScript(redis, changed, keys, [...args, context.clock.now()]),
  );
}

/** The leases of a type are those of its process. */
function ofOneProcess(script: Script, name: string, isLeases: (place: number) => boolean): ScriptChange {
  return instead(script, ({ redis, keys, args }) =>
    runScript(
      redis,
      script,
      keys.map((key, place) => (isLeases(place) ? `${key}:${name}` : key)),
      args,
    ),
  );
}

/** Bugs of limits and leases: how tokens are counted, renewed, fenced, given and taken back. */
export const LEASE_MUTANTS: readonly Mutant[] = [
  {
    id: 'limit-off-by-one',
    of,
    summary: 'the limit is compared with <= where it should be <',
    plant: withText(claim, ["redis.call('ZCARD', leases) < limit", "redis.call('ZCARD', leases) <= limit"]),
    shows: ['concurrency-limit'],
    needs: [],
  },
  {
    id: 'limit-checked-before',
    of,
    summary: 'tokens are counted in one command and taken in the next (check, then act)',
    plant: (definition) => withScripts(definition, () => [limitCheckedBefore()]),
    shows: ['concurrency-limit'],
    needs: [],
  },
  {
    id: 'limit-per-process',
    of,
    summary: 'each process counts its own tokens: the limit holds as often as there are processes',
    plant: (definition) =>
      withScripts(definition, (context) => {
        const name = context?.random.id() ?? '';
        const inPairs = (place: number) => place > 0 && place % 2 === 0;
        return [
          ofOneProcess(claim, name, inPairs),
          ofOneProcess(reclaim, name, inPairs),
          ofOneProcess(renew, name, () => true),
          ofOneProcess(settle, name, (place) => place === 3),
        ];
      }),
    shows: ['concurrency-limit'],
    needs: [],
  },
  {
    id: 'counter-leaks',
    of,
    summary: 'the limit is a counter, which recovery forgets: a crash takes a place for good',
    plant: (definition) =>
      withScripts(definition, () => [
        rewritten(claim, ...CLAIM_COUNTS),
        rewritten(settle, [RELEASE, `${RELEASE}\n  redis.call('DECR', KEYS[4] .. ':count')`]),
      ]),
    shows: ['no-task-lost', 'no-lost-wakeup', 'work-conserving'],
    needs: ['crash'],
  },
  {
    id: 'double-release',
    of,
    summary: 'the limit is a counter, and a settlement that comes too late or twice frees a place that is another’s',
    plant: (definition) => {
      const back: Edit = [
        'reclaimed[#reclaimed + 1] = owner',
        "reclaimed[#reclaimed + 1] = owner\n      redis.call('DECR', leases .. ':count')",
      ];
      return withScripts(definition, () => [
        rewritten(claim, ...CLAIM_COUNTS, back),
        rewritten(reclaim, back),
        rewritten(settle, [
          "if where == 'held' then",
          "redis.call('DECR', KEYS[4] .. ':count')\nif where == 'held' then",
        ]),
      ]);
    },
    shows: ['concurrency-limit'],
    needs: ['reply-lost'],
  },
  {
    id: 'release-frees-oldest',
    of,
    summary:
      'a release frees whoever holds a token of the type longest, as an unlock does that does not name its owner',
    plant: withText(settle, [RELEASE, "redis.call('ZREMRANGEBYRANK', KEYS[4], 0, 0)"]),
    shows: ['concurrency-limit', 'no-duplicate-execution'],
    needs: [],
  },
  {
    id: 'settle-unfenced',
    of,
    summary: 'whoever settles a running task settles it, though it may be another’s attempt by now',
    plant: withText(settle, ["if last == attempt and status == 'processing' then", "if status == 'processing' then"]),
    shows: ['legal-lifecycle', 'conservation'],
    needs: ['pause'],
  },
  {
    id: 'attempt-not-counted',
    of,
    summary: 'a task that is taken back keeps its fencing token: the late finisher’s is the successor’s',
    plant: withText(claim, [
      "redis.call('HINCRBY', task, 'attempt', 1)",
      "1\n  redis.call('HSET', task, 'attempt', 1)",
    ]),
    shows: ['legal-lifecycle', 'conservation', 'no-token-leak'],
    needs: ['pause'],
  },
  {
    id: 'settled-not-remembered',
    of,
    summary: 'a settlement that is sent again is told that it came too late, though it was its own that counted',
    plant: withText(settle, ["return to and settled == attempt .. ':' .. to and 'settled' or 'lost'", "return 'lost'"]),
    shows: ['no-token-leak'],
    needs: ['reply-lost'],
  },
  {
    id: 'never-renewed',
    of,
    summary: 'the lease is never prolonged: a handler that outlasts it runs twice at once',
    plant: withText(renew, ["redis.call('ZADD', KEYS[1], now() + ARGV[2], ARGV[1])", '']),
    shows: ['exclusion', 'concurrency-limit', 'no-duplicate-execution'],
    needs: [],
  },
  {
    id: 'renewed-after-expiry',
    of,
    summary: 'a lease is prolonged though it was taken back: it comes alive again beside its successor',
    plant: withText(renew, ["if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then", 'if false then']),
    shows: ['exclusion', 'no-lost-wakeup', 'no-task-lost', 'legal-lifecycle'],
    needs: ['delay', 'partition'],
    unseen:
      'what it does can be seen (under a partition workers ask in vain nearly twice as often), but nothing here judges it: a late renewal takes a place that nobody uses until its lease ends, and work-conserving is not judged under these faults. The handler is safe, as its worker stops it by itself',
  },
  {
    id: 'deaf-to-loss',
    of,
    summary: 'a worker that cannot renew goes on: its handler runs beside its successor’s',
    plant: (definition) => withClaims(definition, ({ lost: _, ...claimed }) => claimed),
    shows: ['exclusion', 'concurrency-limit', 'no-duplicate-execution'],
    needs: ['partition'],
  },
  {
    id: 'worker-clock',
    of,
    summary: 'leases end by the clock of whoever looks, not by Redis’s: one whose clock is fast takes what is alive',
    plant: (definition) => withScripts(definition, () => [claim, reclaim, renew].map(byTheWorkersClock)),
    shows: ['exclusion', 'concurrency-limit', 'no-duplicate-execution'],
    needs: [],
  },
  {
    id: 'never-recovered',
    of,
    summary: 'nobody takes back what dead workers held',
    plant: (definition) =>
      withStrategy(
        withScripts(definition, () => [rewritten(claim, NEVER_RECLAIMS)]),
        () => ({ recover: async () => 0 }),
      ),
    shows: ['no-task-lost'],
    needs: ['crash'],
  },
  {
    id: 'release-forgotten-on-reclaim',
    of,
    summary: 'a task is taken back, and its token is not: ended leases count as room used',
    plant: (definition) =>
      withScripts(definition, () => [claim, reclaim].map((script) => rewritten(script, [RECLAIM, '']))),
    shows: ['no-task-lost', 'no-lost-wakeup', 'work-conserving'],
    needs: ['crash'],
  },
  {
    id: 'reclaim-checks-then-takes',
    of,
    summary:
      'recovery looks for ended leases and takes them in the next command: an owner may settle between (Bull’s stalled check)',
    plant: (definition) => withScripts(definition, () => [rewritten(claim, NEVER_RECLAIMS), checkedThenTaken()]),
    shows: ['legal-lifecycle', 'conservation'],
    needs: ['pause'],
  },
  {
    id: 'popped-then-leased',
    of,
    summary:
      'a task is popped in one command and leased in the next: a crash between loses it, and the limit is two commands old',
    plant: (definition) => withScripts(definition, () => [poppedThenLeased()]),
    shows: ['no-task-lost', 'concurrency-limit'],
    needs: ['crash'],
  },
  {
    id: 'lease-without-end',
    of,
    summary:
      'a lease is set in one command and its end in the next (SETNX, then EXPIRE): a crash between holds it for ever',
    plant: (definition) => withScripts(definition, () => [leasedThenEnded()]),
    shows: ['no-task-lost'],
    needs: ['crash'],
  },
  {
    id: 'token-shorter-than-lease',
    of,
    summary: 'a token lives for a quarter of the lease that it belongs to: its place is another’s before it is renewed',
    plant: withText(claim, [
      "redis.call('ZCARD', leases) < limit",
      "redis.call('ZCOUNT', leases, now() + ARGV[2] * 3 / 4, '+inf') < limit",
    ]),
    shows: ['concurrency-limit'],
    needs: [],
  },
];
