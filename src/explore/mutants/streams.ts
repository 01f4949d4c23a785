import claim from '../../engine/claims/stream-per-type.claim.lua.ts';
import settle from '../../engine/claims/stream-per-type.settle.lua.ts';
import submit from '../../engine/claims/stream-per-type.submit.lua.ts';
import type { Mutant } from './mutant.ts';
import { altered, rewritten, withScripts, withStrategy } from './planting.ts';

const of = 'stream-per-type';

/** Long enough for a sleeper to be missed. */
const LONG_BLOCK = { blockMs: 5000 };
const LEASE = "redis.call('ZADD', leases, now() + ARGV[3], id .. ':' .. attempt)";

/** Bugs of signals, of streams, and of those who claim entries from each other. */
export const STREAM_MUTANTS: readonly Mutant[] = [
  {
    id: 'no-signal-on-settle',
    of,
    summary: 'a settlement frees a place and tells nobody: who waits sleeps on (lost wake-up)',
    plant: (definition) =>
      withScripts(definition, () => [
        rewritten(settle, ["if redis.call('XLEN', KEYS[3]) > live(KEYS[5]) then", 'if false then']),
      ]),
    shows: ['work-conserving', 'no-lost-wakeup'],
    needs: [],
    parameters: LONG_BLOCK,
    unseen:
      'whoever settles asks next itself, at once; only one that dies between the two leaves a sleeper behind, and after a crash work-conserving takes its excuse',
  },
  {
    id: 'signal-to-wrong-type',
    of,
    summary: 'a submission wakes those who wait for a type that there is not',
    plant: (definition) =>
      withScripts(definition, () => [rewritten(submit, ['signal(KEYS[4])', "signal(KEYS[4] .. ':')"])]),
    shows: ['work-conserving', 'no-lost-wakeup'],
    needs: [],
    parameters: LONG_BLOCK,
  },
  {
    id: 'signal-not-passed-on',
    of,
    summary: 'who takes a task and leaves more wakes nobody: a batch of tasks wakes one worker',
    plant: (definition) =>
      withScripts(definition, () => [
        rewritten(claim, [
          "if (limit == 0 or held < limit) and redis.call('XLEN', stream) > held then",
          'if false then',
        ]),
      ]),
    shows: ['work-conserving', 'no-lost-wakeup'],
    needs: [],
    parameters: LONG_BLOCK,
    // All at once and long, and nothing comes later that would wake a sleeper.
    workload: { types: { report: { handlerMs: 1500 } }, arrivals: [{ type: 'report', count: 3, atMs: 1 }] },
  },
  {
    id: 'unread-entry-trimmed',
    of,
    summary: 'the stream is trimmed by length: an entry that nobody has read is gone (XADD MAXLEN)',
    plant: (definition) =>
      withScripts(definition, () => [
        rewritten(submit, ["redis.call('XADD', KEYS[3], '*'", "redis.call('XADD', KEYS[3], 'MAXLEN', '3', '*'"]),
      ]),
    shows: ['no-task-lost'],
    needs: [],
  },
  {
    id: 'recovery-takes-no-place',
    of,
    summary:
      'what is taken over from the dead is not counted: recovery goes beyond the limit, and what it took it cannot renew',
    plant: (definition) =>
      withScripts(definition, () => [rewritten(claim, [LEASE, `if #ended.taken == 0 then ${LEASE} end`])]),
    shows: ['concurrency-limit', 'no-task-lost'],
    needs: ['crash'],
  },
  {
    id: 'idle-before-the-lease-ends',
    of,
    summary:
      'an entry is taken for its idleness at half its lease: one late renewal, and the living lose theirs (XAUTOCLAIM)',
    plant: (definition) =>
      withScripts(definition, () => [
        rewritten(claim, [
          "redis.call('ZRANGEBYSCORE', leases, '-inf', now(), 'LIMIT', 0, 1)[1]",
          "redis.call('ZRANGEBYSCORE', leases, '-inf', now() + ARGV[3] / 2, 'LIMIT', 0, 1)[1]",
        ]),
      ]),
    shows: ['exclusion', 'concurrency-limit', 'no-duplicate-execution'],
    needs: ['delay'],
  },
  {
    id: 'acknowledged-when-read',
    of,
    summary: 'entries are acknowledged as they are read (NOACK): what a dead worker had is gone',
    plant: (definition) =>
      withScripts(definition, () => [
        rewritten(claim, [
          'return entry[2][2], entry[1]',
          "redis.call('XACK', stream, 'workers', entry[1])\n    redis.call('XDEL', stream, entry[1])\n    return entry[2][2], entry[1]",
        ]),
      ]),
    shows: ['no-task-lost'],
    needs: ['crash'],
  },
  {
    id: 'waits-not-at-all',
    of,
    summary: 'the wait for a signal is over at once: idle workers ask without end (busy loop)',
    plant: (definition) =>
      withStrategy(definition, (strategy) => ({
        claim: (worker) => {
          const { blockingRedis } = worker;
          const blpop = (keys: string[]) => blockingRedis.blpop(keys, 0.005);
          return strategy.claim({ ...worker, blockingRedis: altered(blockingRedis, { blpop }) });
        },
      })),
    shows: ['no-busy-loop'],
    needs: [],
  },
];
