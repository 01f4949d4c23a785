import { describe, expect, it, vi } from 'vitest';
import { mutantNamed } from '../../src/explore/mutants/index.ts';
import { type Hunt, hunt, huntsOf, isFindable, SHORT, surprises } from '../../src/explore/scoreboard.ts';

vi.setConfig({ testTimeout: 240_000 });

const SHORT_HUNTS = huntsOf(SHORT).map((job) => ({
  ...job,
  needs: mutantNamed(job.mutant).needs.join(', ') || 'none',
}));
const isLoud = ({ mutant, isControl }: Hunt) => isControl !== true && isFindable(mutantNamed(mutant));

/** What `windtunnel mutants --short` does: CI does it here, and not once more. */
describe('a hunt by chance', () => {
  it.each(SHORT_HUNTS.filter(isLoud))(
    `finds $mutant within ${SHORT.seedsMax} seeds, by an invariant that may show it`,
    async (job) => {
      const score = await hunt(job);
      expect(score.toFind).toHaveLength(1);
      const { shows } = mutantNamed(job.mutant);
      expect(score.by.map(([id]) => id).filter((id) => shows.includes(id))).not.toEqual([]);
    },
  );

  it.each(SHORT_HUNTS.filter((job) => !isLoud(job) && job.isControl !== true))('does not find $mutant', async (job) => {
    expect(await hunt(job)).toMatchObject({ toFind: [], by: [], seeds: SHORT.seedsQuiet });
  });

  it.each(SHORT_HUNTS.filter(({ isControl }) => isControl))(
    'finds nothing in the design as it is, in the arena of $mutant, under faults: $needs',
    async (job) => {
      expect(await hunt(job)).toMatchObject({ toFind: [], by: [], seeds: SHORT.seedsQuiet });
    },
  );
});

describe('a hunt', () => {
  it('gives the same scores again, trial after trial with the seeds that follow', async () => {
    const job: Hunt = { mutant: 'settle-unfenced', schedule: 'pct', trials: 3, seedsMax: 500 };
    const score = await hunt(job);
    expect(score).toMatchObject({ tried: 3, toFind: { length: 3 } });
    expect(score.seeds).toBe(score.toFind.reduce((sum, seeds) => sum + seeds, 0));
    expect(await hunt(job)).toEqual(score);
  });

  it('makes one trial of what that does not find, for as long as its patience lasts', async () => {
    const job: Hunt = { mutant: 'canary', schedule: 'fifo', trials: 3, seedsMax: 10, patience: 2 };
    expect(await hunt(job)).toMatchObject({ tried: 1, toFind: [], seeds: 2 });
  });

  it('ends with its last seed, in the middle of a trial', async () => {
    const job: Hunt = { mutant: 'settled-not-remembered', schedule: 'random', trials: 50, seedsMax: 12, patience: 9 };
    const { tried, toFind, seeds } = await hunt(job);
    expect(toFind.length).toBeGreaterThan(0);
    expect(tried).toBeLessThan(50);
    expect(seeds).toBe(12);
  });
});

describe('a scoreboard', () => {
  const score = (mutant: string, toFind: readonly number[], isControl = false) => ({
    ...{ mutant, isControl, toFind, schedule: 'random', trials: 1, seedsMax: 10, tried: 1, seeds: 10 },
    by: [],
  });
  const ids = (...scores: ReturnType<typeof score>[]) => {
    const { missed, foundAllTheSame, falseAlarms } = surprises({ scores });
    return [missed.map(({ id }) => id), foundAllTheSame.map(({ id }) => id), falseAlarms.map(({ mutant }) => mutant)];
  };

  it('has no surprises where all is found but the canary, what nothing finds, and the designs as they are', () => {
    const [found, canary, unseen] = [
      score('priority-sign', [1]),
      score('canary', []),
      score('reclaimed-to-the-front', []),
    ];
    expect(ids(found, canary, unseen, score('priority-sign', [], true))).toEqual([[], [], []]);
  });

  it('tells what was missed, what was found and should not be, and false alarms', () => {
    expect(ids(score('priority-sign', []))).toEqual([['priority-sign'], [], []]);
    expect(ids(score('canary', [3]), score('reclaimed-to-the-front', [1]))).toEqual([
      [],
      ['canary', 'reclaimed-to-the-front'],
      [],
    ]);
    expect(ids(score('priority-sign', []), score('priority-sign', [1], true))).toEqual([
      ['priority-sign'],
      [],
      ['priority-sign'],
    ]);
  });
});
