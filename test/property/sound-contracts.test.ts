import { describe, expect, it, vi } from 'vitest';
import { runBatch } from '../../src/explore/batch.ts';
import { explore } from '../../src/explore/explore.ts';
import { faultMenu } from '../../src/explore/fault-plan.ts';
import { scheduleNamed } from '../../src/explore/schedules/index.ts';
import { designId } from '../../src/scenario/design.ts';
import arena from './sound-arena.ts';

/** For each design; `windtunnel explore` does ten thousand (see sound-arena.ts). */
const SEEDS = Number(process.env.SOUND_SEEDS ?? 100);

vi.setConfig({ testTimeout: 120_000 + SEEDS * 1000 });

/** A sound design with the next of the schedules. */
const SEARCHES = arena.designs.map((design, index) => ({
  design: designId(design),
  schedule: scheduleNamed((['random', 'pct', 'delay-bounded'] as const)[index % 3] as string).name,
}));

/** Up to several leases, and five of them in a run: more at once than one by one could be reasoned about. */
const CHANGES = { downMs: [1, 2000], faultsMax: 5 } as const;

describe('a sound design, where all strikes at once that it claims to survive', () => {
  it.each(SEARCHES)('$design keeps its promises, under $schedule schedules', async ({ design, schedule }) => {
    const { designs, nondeterminism } = await explore(arena, {
      seeds: SEEDS,
      designs: [design],
      schedule,
      faults: faultMenu([], CHANGES),
      inContract: true,
      all: true,
      threads: 1,
    });
    const [found] = designs;
    expect(found?.findings.map(({ id, message, spec }) => ({ id, message, faults: spec.faults }))).toEqual([]);
    expect(nondeterminism).toBeNull();
    expect(found?.runs).toBe(SEEDS);
    // A kind that never struck would prove nothing.
    const struck = found?.coverage.kinds.filter((_, column) =>
      found.coverage.counts.some((row) => (row[column] ?? 0) > 0),
    );
    expect(struck).toEqual(found?.survives);
  });

  it.each(['leased-script × polling', 'stream-per-type × blocking', 'reliable-list × blocking'])(
    '%s is one that can break: a failover takes its last writes with it',
    async (design) => {
      const { found } = await runBatch(arena, {
        argument: arena.id,
        design,
        invariants: arena.invariants,
        seeds: [1, 2, 3, 4, 5],
        survives: [],
        stops: false,
        plan: { schedule: 'random', menu: faultMenu(['failover']), profileSeed: 1, twiceEvery: 0 },
      });
      expect(found).not.toEqual([]);
    },
  );
});
