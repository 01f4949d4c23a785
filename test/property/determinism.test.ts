import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { environments, workloads } from '../../src/explore/arbitraries.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { QueueDesign, QueueScenario } from '../../src/scenario/scenario.ts';
import { SIM_BACKEND } from '../../src/scenario/sim-backend.ts';
import { designs, scenarioOf } from './random-scenario.ts';

// Many runs each: slow machines need more than the usual five seconds.
vi.setConfig({ testTimeout: 60_000 });

const anyDesign: fc.Arbitrary<QueueDesign> = fc.oneof(
  designs({ claims: 'single-queue-lock', pool: 'polling' }),
  designs({ claims: 'zpopmin-then-token', pool: 'polling' }),
  designs({ claims: 'random-offset-lock', pool: 'polling' }),
  designs({ claims: 'stream-group', pool: 'blocking' }),
);

const anyScenario: fc.Arbitrary<QueueScenario> = fc
  .tuple(workloads({ handlerMs: [0, 2000], failures: true }), environments, anyDesign)
  .map(([workload, environment, design]) => scenarioOf(workload, environment, design));

const anySeed = fc.integer({ min: 0, max: 1e6 });

async function run(scenario: QueueScenario, seed: number) {
  const { runs } = await runScenario(scenario, { seed, backend: SIM_BACKEND });
  return runs[0];
}

describe('a simulated run', () => {
  it('is the same for the same seed, event by event, whatever ran before', async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario, anySeed, anyScenario, async (scenario, seed, other) => {
        const first = await run(scenario, seed);
        await run(other, seed);
        const again = await run(scenario, seed);
        expect(again?.historyHash).toBe(first?.historyHash);
        expect(again).toEqual(first);
      }),
      { numRuns: 40 },
    );
  });

  it('is the same beside others that run at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario, anySeed, anyScenario, async (scenario, seed, other) => {
        const alone = await run(scenario, seed);
        const [beside] = await Promise.all([run(scenario, seed), run(other, seed + 1), run(other, seed)]);
        expect(beside).toEqual(alone);
      }),
      { numRuns: 20 },
    );
  });

  it('differs in its hash from the run of another seed', async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario, anySeed, async (scenario, seed) => {
        // Latency is drawn from the seed: where there is none to draw, two seeds may well run alike.
        const jittery = { ...scenario, environment: { network: { baseUs: 100, jitterUs: 1000 } } };
        expect((await run(jittery, seed))?.historyHash).not.toBe((await run(jittery, seed + 1))?.historyHash);
      }),
      { numRuns: 20 },
    );
  });
});
