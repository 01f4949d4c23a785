import { describe, expect, it } from 'vitest';
import { seedsOf, sweep } from '../../src/explore/sweep.ts';
import type { SweepJob } from '../../src/explore/sweep-job.ts';
import { UsageError } from '../../src/scenario/usage-error.ts';
import { queueScenario } from '../scenario/written.ts';

const jobs = (count: number): SweepJob[] =>
  Array.from({ length: count }, (_, nth) => ({
    scenario: 'zpopmin-loss',
    seed: nth + 1,
    design: 'zpopmin-then-token',
  }));

describe('sweep', { timeout: 60_000 }, () => {
  it('gives the same results in the same order, in this thread or in two others', async () => {
    const here = await sweep(jobs(80), { threads: 1 });
    const there = await sweep(jobs(80), { threads: 2 });
    expect(there).toEqual(here);
    expect(here.map(({ seed }) => seed)).toEqual(jobs(80).map(({ seed }) => seed));
    expect(new Set(here.map(({ runs }) => runs[0]?.historyHash)).size).toBe(80);
  });

  it('tells after each job how many are done', async () => {
    const seen: number[] = [];
    await sweep(jobs(3), { threads: 1, onDone: (done) => seen.push(done) });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('takes a scenario that is data only, and hands it to another thread', async () => {
    const scenario = { ...queueScenario(), expectations: [] };
    const own = Array.from({ length: 80 }, (_, nth) => ({ scenario, seed: nth }));
    expect(await sweep(own, { threads: 2 })).toEqual(await sweep(own, { threads: 1 }));
  });

  it('throws what the first failing job threw, also from another thread', async () => {
    const wrong = jobs(80).map((job, index) => (index < 40 ? job : { ...job, design: `no-such-${index}` }));
    for (const threads of [1, 2]) {
      const failing = sweep(wrong, { threads });
      await expect(failing).rejects.toThrow(UsageError);
      await expect(failing).rejects.toThrow("zpopmin-loss has no design 'no-such-40'");
    }
  });

  it('judges a scenario over five seeds that does not say over how many', () => {
    expect(seedsOf(queueScenario())).toBe(5);
    expect(seedsOf({ ...queueScenario(), seeds: 20 })).toBe(20);
  });
});
