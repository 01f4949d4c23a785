import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { environments, type WorkloadBounds, workloads } from '../../src/explore/arbitraries.ts';
import { INVARIANTS } from '../../src/history/invariants/index.ts';
import type { RunResult } from '../../src/scenario/result.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { QueueDesign } from '../../src/scenario/scenario.ts';
import { SIM_BACKEND } from '../../src/scenario/sim-backend.ts';
import { designs, scenarioOf } from './random-scenario.ts';

// Many runs each: slow machines need more than the usual five seconds.
vi.setConfig({ testTimeout: 60_000 });

type Base = Pick<QueueDesign, 'claims' | 'pool' | 'claimParameters'>;

const SINGLE: Base = { claims: 'single-queue-lock', pool: 'polling' };
const STAYS: Base = { ...SINGLE, claimParameters: { headLeaves: 'on-completion' } };
const ZPOPMIN: Base = { claims: 'zpopmin-then-token', pool: 'polling' };
const OFFSET: Base = { claims: 'random-offset-lock', pool: 'polling' };
// A run is repeated where more than claimIdleMs lie between XREADGROUP and XACK: with the handler, the wait for a token and the
// wait behind nine other entries that were taken back at once. These are longer than any of that can be here.
const STREAM: Base = { claims: 'stream-group', pool: 'blocking', claimParameters: { claimIdleMs: 600_000 } };
const STREAM_POLLED: Base = { ...STREAM, pool: 'polling' };
const STREAM_LEAVES: Base = {
  ...STREAM,
  claimParameters: { whenFull: 'leave-pending', claimIdleMs: 30_000 },
};

/** Shorter than any lock, token or idle time; some shorter than a round trip to Redis. */
const SHORT: WorkloadBounds = { handlerMs: [0, 2000], failures: true };

const RUNS = 25;

/** Runs a design on random workloads, environments, pools and seeds. */
async function always(base: Base, bounds: WorkloadBounds, check: (run: RunResult) => void): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      workloads(bounds),
      environments,
      designs(base),
      fc.integer({ min: 0, max: 1e6 }),
      async (workload, environment, design, seed) => {
        const { runs } = await runScenario(scenarioOf(workload, environment, design), { seed, backend: SIM_BACKEND });
        check(runs[0] as RunResult);
      },
    ),
    { numRuns: RUNS },
  );
}

function holds(id: string): (run: RunResult) => void {
  const invariant = INVARIANTS.find((each) => each.id === id);
  return ({ history }) => expect(invariant?.check(history).map(({ message }) => message)).toEqual([]);
}

function name({ claims, pool, claimParameters = {} }: Base): string {
  return [claims, ...Object.values(claimParameters).filter((value) => typeof value === 'string'), pool].join(' × ');
}

const named = (...bases: Base[]) => bases.map((base) => [name(base), base] as const);

describe('no type runs more tasks at once than its limit', () => {
  it.each(named(SINGLE, STAYS, ZPOPMIN, OFFSET, STREAM, STREAM_POLLED, STREAM_LEAVES))('%s', async (_, base) => {
    await always(base, SHORT, holds('concurrency-limit'));
  });
});

describe('every accepted task is run to an end, or expires in the queue', () => {
  it.each(named(SINGLE, STAYS, OFFSET, STREAM, STREAM_POLLED, STREAM_LEAVES))('%s', async (_, base) => {
    await always(base, SHORT, holds('no-task-lost'));
  });
});

describe('every token that is taken is given back', () => {
  it.each(named(SINGLE, STAYS, ZPOPMIN, OFFSET, STREAM, STREAM_POLLED, STREAM_LEAVES))('%s', async (_, base) => {
    await always(base, SHORT, holds('no-token-leak'));
  });
});

describe('no task is started twice, and each goes through its statuses as documented', () => {
  it.each(named(ZPOPMIN, OFFSET, STREAM, STREAM_POLLED, STREAM_LEAVES))('%s', async (_, base) => {
    await always(base, SHORT, (run) => {
      holds('no-duplicate-execution')(run);
      holds('legal-lifecycle')(run);
    });
  });

  it('single-queue-lock × polling, where handlers last longer than it takes to read the head and lock it', async () => {
    await always(SINGLE, { handlerMs: [60, 2000], failures: false }, (run) => {
      holds('no-duplicate-execution')(run);
      holds('legal-lifecycle')(run);
    });
  });
});

describe('zpopmin-then-token', () => {
  it('loses exactly the tasks that it popped without a token, and completes all others', async () => {
    await always(ZPOPMIN, { handlerMs: [0, 2000], failures: false }, ({ metrics, history }) => {
      const tokenless = history.events.flatMap((event) => (event.kind === 'conflict' ? event.task : []));
      expect(new Set(tokenless).size).toBe(tokenless.length);
      expect(metrics.lost).toBe(tokenless.length);
      expect(metrics.completed + metrics.lost).toBe(metrics.submitted);
      expect(metrics.failed).toBe(metrics.lost);
    });
  });

  it('loses nothing of types without a limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        workloads(SHORT),
        environments,
        designs(ZPOPMIN),
        fc.integer({ min: 0, max: 1e6 }),
        async (workload, environment, design, seed) => {
          const types = Object.fromEntries(
            Object.entries(workload.types).map(([type, { limit: _, ...rest }]) => [type, rest]),
          );
          const scenario = scenarioOf({ ...workload, types }, environment, design);
          const { runs } = await runScenario(scenario, { seed, backend: SIM_BACKEND });
          expect(runs[0]?.metrics.lost).toBe(0);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe('whatever the design', () => {
  it.each(named(SINGLE, STAYS, ZPOPMIN, OFFSET, STREAM, STREAM_POLLED, STREAM_LEAVES))(
    'every submitted task is counted once: completed, failed, timed out or lost: %s',
    async (_, base) => {
      await always(base, SHORT, ({ metrics }) => {
        const { submitted, completed, failed, timedOut, canceled } = metrics;
        expect(completed + failed + timedOut + canceled).toBe(submitted);
      });
    },
  );
});
