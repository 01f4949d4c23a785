import { describe, expect, it } from 'vitest';
import { listScenarios } from '../../src/scenario/load.ts';
import { asExpected } from '../../src/scenario/result.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import { SIM_BACKEND } from '../../src/scenario/sim-backend.ts';

const SEEDS = [1, 2, 3];
/** Nothing is measured here: a machine that does much else takes its time. */
const TIMEOUT_MS = 600_000;

/**
 * The fingerprint of every run, by scenario, design and seed. A change of a hash is a change of behaviour: look at what changed
 * before you accept it with `npx vitest run test/golden -u`. Equal on every Node.js and every machine.
 */
describe('golden hashes', () => {
  it('every scenario gives every design the history that it has always given it, and comes out as it says', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const hashes: Record<string, Record<string, Record<string, string | null>>> = {};
    const surprises: string[] = [];
    for (const scenario of await listScenarios()) {
      const byDesign: Record<string, Record<string, string | null>> = {};
      // Where one seed says it all, more are not run anywhere.
      for (const seed of SEEDS.slice(0, scenario.seeds)) {
        const result = await runScenario(scenario, { seed, backend: SIM_BACKEND });
        if (!asExpected(result)) surprises.push(`${scenario.id}, seed ${seed}`);
        for (const { design, historyHash } of result.runs) {
          byDesign[design] ??= {};
          byDesign[design][`seed ${seed}`] = historyHash;
        }
      }
      hashes[scenario.id] = byDesign;
    }
    expect(surprises).toEqual([]);
    await expect(`${JSON.stringify(hashes, undefined, 2)}\n`).toMatchFileSnapshot('./hashes.json');
  });
});
