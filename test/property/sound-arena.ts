import { defineScenario } from '../../src/scenario/define-scenario.ts';
import type { QueueDesign } from '../../src/scenario/scenario.ts';

/** Short, so that many handlers outlast theirs. */
const LEASE_MS = 300;
const WAIT_MS = 100;
const RECOVER_MS = 80;

const HEEDFUL = { firstLook: 'yes', announceFreed: 'yes', fallbackMs: 200, recoverIntervalMs: RECOVER_MS } as const;
const POLLS = { intervalMs: 40, recoverIntervalMs: RECOVER_MS };

const design = (
  claims: string,
  pool: string,
  poolParameters: QueueDesign['poolParameters'],
  isSized = true,
): QueueDesign => ({
  id: `${claims} × ${pool}`,
  claims,
  pool,
  claimParameters:
    claims === 'leased-script'
      ? { leaseMs: LEASE_MS }
      : claims === 'reliable-list'
        ? { leaseMs: LEASE_MS, blockMs: WAIT_MS }
        : { claimIdleMs: LEASE_MS, blockMs: WAIT_MS },
  ...(poolParameters && { poolParameters }),
  ...(isSized && { workers: 3 }),
  tokenTtlMs: LEASE_MS,
});

/**
 * Where the sound designs are held to their contracts. A night's search, design by design:
 *
 *     node bin/windtunnel.js explore test/property/sound-arena.ts --faults contract --seeds 10000 --all
 */
export default defineScenario({
  id: 'sound-arena',
  title: 'The sound designs where most goes wrong',
  source: 'windtunnel',
  story:
    'Fourteen tasks of three types, two of them limited, some urgent, some that fail, time out or outlast their leases, and two ' +
    'processes whose clocks are apart.',
  workload: {
    types: {
      email: { limit: 1, handlerMs: [5, 200] },
      report: { limit: 2, handlerMs: [5, 500], failureRate: 0.2 },
      example: { handlerMs: [1, 350] },
    },
    arrivals: [
      { type: 'email', count: 3 },
      { type: 'report', count: 4, atMs: 2 },
      { type: 'email', count: 2, atMs: 5, priority: 2 },
      { type: 'example', count: 3, atMs: 30, everyMs: 40, processTimeoutMs: 200 },
      { type: 'report', count: 2, atMs: 250, everyMs: 300, queueTimeoutMs: 400 },
    ],
  },
  environment: { processes: 2, clocks: [{}, { offsetMs: 50 }] },
  designs: [
    design('leased-script', 'polling', POLLS),
    design('leased-script', 'event-driven', HEEDFUL),
    design('leased-script', 'typed', POLLS, false),
    design('leased-script', 'adaptive', { recoverIntervalMs: RECOVER_MS }, false),
    design('leased-script', 'coroutine', { recoverIntervalMs: RECOVER_MS }, false),
    design('leased-script', 'hybrid', HEEDFUL, false),
    design('stream-per-type', 'blocking', { recoverIntervalMs: RECOVER_MS }),
    design('stream-per-type', 'polling', POLLS),
    design('stream-per-type', 'typed', POLLS, false),
    design('reliable-list', 'blocking', { recoverIntervalMs: RECOVER_MS }),
    design('reliable-list', 'polling', POLLS),
  ],
  invariants: ['no-token-leak', 'legal-lifecycle', 'conservation', 'exclusion'],
  expectations: [],
});
