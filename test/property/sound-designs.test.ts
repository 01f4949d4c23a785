import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Parameters } from '../../src/engine/claim.ts';
import { environments, workloads } from '../../src/explore/arbitraries.ts';
import { INVARIANTS } from '../../src/history/invariants/index.ts';
import { promised } from '../../src/history/promises.ts';
import { claimStrategy, workerPool } from '../../src/scenario/design.ts';
import type { FaultOf } from '../../src/scenario/fault.ts';
import type { RunResult } from '../../src/scenario/result.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { Fault, QueueDesign } from '../../src/scenario/scenario.ts';
import { SIM_BACKEND } from '../../src/scenario/sim-backend.ts';
import { designs, scenarioOf } from './random-scenario.ts';

/** Random worlds for each design and kind of fault; a night's run takes a thousand. */
const SEEDS = Number(process.env.SOUND_SEEDS ?? 60);

vi.setConfig({ testTimeout: 60_000 + SEEDS * 1000 });

type Base = Pick<QueueDesign, 'claims' | 'pool' | 'claimParameters'>;

/** Short leases, so that many handlers outlast theirs; of a design's lease parameter and its wait. */
const LEASES_MS = [600, 1200, 2400] as const;

const bases = (claims: string, pools: readonly string[], parameters: (leaseMs: number) => Record<string, number>) =>
  LEASES_MS.flatMap((leaseMs) =>
    pools.map((pool) => ({ leaseMs, base: { claims, pool, claimParameters: parameters(leaseMs) } satisfies Base })),
  );

const ASKED = ['polling', 'event-driven', 'typed', 'adaptive', 'coroutine', 'hybrid'];
const WAITED_FOR = ['blocking', 'polling', 'typed', 'adaptive'];

const SOUND = {
  'leased-script': bases('leased-script', ASKED, (leaseMs) => ({ leaseMs })),
  'stream-per-type': bases('stream-per-type', WAITED_FOR, (claimIdleMs) => ({ claimIdleMs, blockMs: 250 })),
  // Its workers cannot be asked for one type.
  'reliable-list': bases('reliable-list', ['blocking', 'polling', 'adaptive'], (leaseMs) => ({
    leaseMs,
    blockMs: 250,
  })),
};

/** Any size; pools that size themselves have theirs. */
function sized(base: Base): fc.Arbitrary<QueueDesign> {
  if (base.pool === 'polling') return designs(base);
  // As documented, a pool that is told of tasks never learns of those that came while it was down.
  const heedful: Parameters = ['event-driven', 'hybrid'].includes(base.pool)
    ? { firstLook: 'yes', announceFreed: 'yes', fallbackMs: 1000 }
    : {};
  const poolParameters = fc
    .constantFrom(1000, 10_000)
    .map((recoverIntervalMs): Parameters => ({ recoverIntervalMs, ...heedful }));
  const workers = fc.integer({ min: 1, max: 8 });
  const drawn = workerPool(base.pool).sizesItself
    ? fc.record({ poolParameters })
    : fc.record({ poolParameters, workers });
  return drawn.map((changes) => ({ ...base, ...changes }));
}

/** While there is work: most runs are over by then, but for what was recovered. */
const atMs = fc.noBias(fc.integer({ min: 0, max: 4_000_000 })).map((us) => us / 1000);
const BACK: readonly boolean[] = [true, true, true, false];

/** The first process comes back from every crash; of the others, one may stay down. */
const crashes = (host: fc.Arbitrary<string>): fc.Arbitrary<Fault> =>
  fc
    .record({ host, atMs, downMs: fc.integer({ min: 0, max: 1500 }), back: fc.constantFrom(...BACK) })
    .map(({ back, downMs, ...fault }) =>
      back || fault.host === 'app-1' ? { kind: 'crash', ...fault, downMs } : { kind: 'crash', ...fault },
    );

/** Up to so much of a lease. */
const pauses = (host: fc.Arbitrary<string>, mostMs: number): fc.Arbitrary<FaultOf<'pause'>> =>
  fc.record({ kind: fc.constant('pause' as const), host, atMs, forMs: fc.integer({ min: 1, max: mostMs }) });

function faults(kind: Kind, leaseMs: number, processes: number): fc.Arbitrary<readonly Fault[]> {
  const host = fc.integer({ min: 1, max: processes }).map((index) => `app-${index}`);
  // A lease is renewed at a third of it and its handler stopped at nine tenths: there is room for a quarter and a slow network.
  const short = fc.uniqueArray(pauses(host, leaseMs / 4), { selector: (fault) => fault.host, maxLength: 3 });
  const dead = fc.array(crashes(host), { minLength: 1, maxLength: 8 });
  if (kind === 'no faults') return fc.constant([]);
  if (kind === 'short pauses') return short;
  if (kind === 'crashes') return fc.tuple(dead, short).map((all) => all.flat());
  return fc.array(fc.oneof(crashes(host), pauses(host, leaseMs * 4)), { minLength: 1, maxLength: 8 });
}

type Kind = keyof typeof HELD;

/** What must hold whatever the pool, beside what a design says of itself where nothing goes wrong. */
const HELD = {
  'no faults': ['no-task-lost', 'no-token-leak', 'legal-lifecycle', 'concurrency-limit', 'no-duplicate-execution'],
  'short pauses': ['no-task-lost', 'no-token-leak', 'legal-lifecycle', 'concurrency-limit', 'no-duplicate-execution'],
  crashes: ['no-task-lost', 'no-token-leak', 'legal-lifecycle', 'concurrency-limit'],
  // What a paused host runs beside its successor is the documented exception.
  'crashes and pauses longer than a lease': ['no-task-lost', 'no-token-leak', 'legal-lifecycle'],
} as const;

function invariantsOf(kind: Kind, { claims, pool }: QueueDesign) {
  const promises = kind === 'no faults' ? promised(claimStrategy(claims).guarantees, workerPool(pool).guarantees) : [];
  const ids = new Set<string>([...HELD[kind], ...promises]);
  return INVARIANTS.filter(({ id }) => ids.has(id));
}

/** Up to 60 ms for a round trip: a crash or a pause often comes between a command and its answer. */
const network = fc.record({
  baseUs: fc.constantFrom(100, 5000, 20_000),
  jitterUs: fc.constantFrom(0, 3000, 10_000),
});

const worlds = (claims: keyof typeof SOUND, kind: Kind) =>
  fc.tuple(fc.constantFrom(...SOUND[claims]), environments).chain(([{ base, leaseMs }, environment]) =>
    fc.record({
      workload: fc
        .boolean()
        .chain((failures) => workloads({ handlerMs: failures ? [0, 2000] : [leaseMs / 4, leaseMs * 2], failures })),
      environment: fc
        .record({ network, faults: faults(kind, leaseMs, environment.processes ?? 1) })
        .map((more) => ({ ...environment, ...more })),
      design: sized(base).map((design) => ({ ...design, tokenTtlMs: 5000 })),
      seed: fc.integer({ min: 0, max: 1e6 }),
    }),
  );

describe.each(Object.keys(SOUND) as (keyof typeof SOUND)[])('%s', (claims) => {
  it.each(Object.keys(HELD) as Kind[])('keeps what it promises in any world of %s', async (kind) => {
    let recovered = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(worlds(claims, kind), async ({ workload, environment, design, seed }) => {
        const scenario = scenarioOf(workload, environment, design);
        const { history } = (await runScenario(scenario, { seed, backend: SIM_BACKEND })).runs[0] as RunResult;
        const violations = invariantsOf(kind, design).flatMap(({ id, check }) =>
          check(history).map(({ message }) => `${id}: ${message}`),
        );
        expect(violations).toEqual([]);
        expect(history.events.filter((event) => event.kind === 'poll-failed')).toEqual([]);
        for (const event of history.events) {
          if (event.kind === 'recovered') recovered++;
          if (event.kind === 'conflict' && event.over === 'lease') refused++;
        }
      }),
      { numRuns: SEEDS },
    );
    // Worlds in which nothing is ever taken back, and nobody ever comes too late, would prove nothing.
    if (kind.startsWith('crashes')) expect(recovered).toBeGreaterThan(0);
    if (kind.endsWith('a lease')) expect(refused).toBeGreaterThan(0);
  });
});
