import claim from '../../engine/claims/leased-script.claim.lua.ts';
import reclaim from '../../engine/claims/leased-script.reclaim.lua.ts';
import settle from '../../engine/claims/leased-script.settle.lua.ts';
import submit from '../../engine/claims/leased-script.submit.lua.ts';
import withdraw from '../../engine/claims/leased-script.withdraw.lua.ts';
import { runScript, type Script } from '../../engine/script.ts';
import { PRIORITY_MAX } from '../../engine/task.ts';
import { statusBeforePop } from './leased-script-steps.ts';
import type { Mutant } from './mutant.ts';
import { instead, rewritten, type ScriptChange, withClaims, withScripts, withStrategy, withText } from './planting.ts';

const of = 'leased-script';

/** Sends a script by its source once, and from then on only by its SHA1: an error is taken for an answer. */
function loadedOnce(script: Script): ScriptChange {
  let isLoaded = false;
  return instead(script, async ({ redis, keys, args }) => {
    if (isLoaded) {
      return redis.evalsha(script.sha1, keys.length, ...keys, ...args).catch((error: Error) => {
        if (!error.message.startsWith('NOSCRIPT')) throw error;
        return 1;
      });
    }
    const reply = await runScript(redis, script, keys, args);
    isLoaded = true;
    return reply;
  });
}

/** Bugs of the queue: order, submission, outcomes, cancellation, and replies that are misread. */
export const QUEUE_MUTANTS: readonly Mutant[] = [
  {
    id: 'ack-before-effect',
    of,
    summary: 'a task is done when its handler starts (Celery’s early acknowledgement): a crash loses it',
    plant: (definition) =>
      withClaims(definition, async (claimed) => {
        await claimed.complete();
        return { task: claimed.task, complete: async () => {}, fail: async () => {}, release: async () => {} };
      }),
    shows: ['conservation', 'no-task-lost'],
    needs: [],
  },
  {
    id: 'noscript-not-retried',
    of,
    summary: 'scripts are loaded once; that Redis forgets them is taken for an answer (BullMQ and others, in MULTI)',
    plant: (definition) => withScripts(definition, () => [submit, settle].map(loadedOnce)),
    shows: ['no-task-lost', 'legal-lifecycle', 'conservation'],
    needs: ['script-flush'],
  },
  {
    id: 'submit-not-idempotent',
    of,
    summary: 'a submission that is sent again, its reply lost, puts the task into the queue again',
    plant: withText(submit, ["if redis.call('EXISTS', task) == 1 then", 'if false then']),
    shows: ['conservation', 'legal-lifecycle', 'no-duplicate-execution', 'no-token-leak', 'exclusion'],
    needs: ['reply-lost'],
  },
  {
    id: 'reclaimed-to-the-front',
    of,
    summary: 'a task that is taken back goes before all others, whatever its priority',
    plant: (definition) =>
      withScripts(definition, () =>
        [claim, reclaim].map((script) =>
          rewritten(script, [
            "redis.call('ZADD', queue, redis.call('HGET', task, 'score'), id)",
            "redis.call('ZADD', queue, '-inf', id)",
          ]),
        ),
      ),
    shows: ['priority-order', 'fifo-per-type'],
    needs: ['crash'],
    unseen:
      'the invariants of order judge first claims only; one that follows a task that went back to its place would find it at the next claim',
  },
  {
    id: 'priority-sign',
    of,
    summary: 'the score has the sign of the priority wrong: the least urgent goes first',
    plant: (definition) =>
      withStrategy(definition, (strategy) => ({
        submit: (task) => strategy.submit({ ...task, priority: Math.max(-PRIORITY_MAX, -task.priority) }),
      })),
    shows: ['priority-order'],
    needs: [],
  },
  {
    id: 'last-in-first-out',
    of,
    summary: 'the queue is read from its wrong end',
    plant: withText(claim, ["redis.call('ZPOPMIN', queue)[1]", "redis.call('ZPOPMAX', queue)[1]"]),
    shows: ['fifo-per-type', 'priority-order'],
    needs: [],
  },
  {
    id: 'score-in-seconds',
    of,
    summary: 'the score counts seconds: tasks of one second are in the order of their ids, t10 before t2',
    plant: (definition) =>
      withScripts(definition, () => [
        instead(submit, ({ redis, keys, args: [id, score, ...record] }) =>
          runScript(redis, submit, keys, [id as string, Math.floor(Number(score) / 1000) * 1000, ...record]),
        ),
      ]),
    shows: ['fifo-per-type'],
    needs: [],
  },
  {
    id: 'types-in-fixed-order',
    of,
    summary: 'the types are asked in the same order each time: the last starves while the first has tasks',
    plant: withText(
      claim,
      [
        `for key = 2, #KEYS, 2 do
  local queue, leases`,
        `local order = {}
for key = 2, #KEYS, 2 do
  order[#order + 1] = key
  ended[key / 2] = {}
end
table.sort(order, function(a, b) return KEYS[a] < KEYS[b] end)
for _, key in ipairs(order) do
  local queue, leases`,
      ],
      // What is said of a type stands at its place among those that were asked.
      ['ended[#ended + 1] = reclaim', 'ended[key / 2] = reclaim'],
    ),
    shows: ['no-starvation'],
    needs: [],
    unseen:
      'no-starvation compares tasks of one type; one that bounds how often a type with room is passed over by another would find it',
  },
  {
    id: 'status-before-pop',
    of,
    summary: 'the head is marked as processing in one command and popped in the next: two mark one, and pop two',
    plant: (definition) => withScripts(definition, () => [statusBeforePop()]),
    shows: ['no-task-lost', 'conservation', 'exclusion', 'no-duplicate-execution', 'legal-lifecycle'],
    needs: [],
  },
  {
    id: 'failure-swallowed',
    of,
    summary: 'of a handler that throws nothing is written down: its task is taken for one whose worker died',
    plant: (definition) =>
      withScripts(definition, () => [
        instead(settle, async ({ redis, keys, args }) =>
          args[2] === 'failed' || args[2] === 'timeout' ? 0 : runScript(redis, settle, keys, args),
        ),
      ]),
    shows: ['no-duplicate-execution', 'no-token-leak', 'exclusion'],
    needs: ['handler-throws'],
  },
  {
    id: 'error-taken-for-success',
    of,
    summary: 'an error reply to a settlement is swallowed: the worker believes that the task is done',
    plant: (definition) =>
      withScripts(definition, () => [
        instead(settle, ({ redis, keys, args }) => runScript(redis, settle, keys, args).catch(() => 1)),
      ]),
    shows: ['legal-lifecycle', 'conservation'],
    needs: ['error-reply'],
  },
  {
    id: 'withdraw-unfenced',
    of,
    summary: 'a task is canceled that a worker has already, and the caller is told that it will not run',
    plant: withText(withdraw, [
      "if redis.call('ZREM', KEYS[3], ARGV[1]) == 0 or redis.call('EXISTS', KEYS[1]) == 0 then",
      "if redis.call('ZREM', KEYS[3], ARGV[1]) == 0 and redis.call('HGET', KEYS[1], 'status') ~= 'processing' then",
    ]),
    shows: ['conservation', 'legal-lifecycle', 'no-token-leak'],
    needs: [],
    cancels: true,
  },
  {
    id: 'canary',
    of,
    summary: 'a comment more in the claim script: nothing that anybody could see',
    plant: withText(claim, ['  local reclaimed = {}\n', '  -- Nothing else.\n  local reclaimed = {}\n']),
    shows: [],
    needs: ['crash', 'pause', 'delay', 'reply-lost', 'error-reply', 'script-flush', 'partition', 'handler-throws'],
    isCanary: true,
  },
];
