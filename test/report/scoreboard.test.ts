import { describe, expect, it } from 'vitest';
import type { Score, Scoreboard } from '../../src/explore/scoreboard.ts';
import { scoreboardJson, scoreboardPage, scoreboardSum } from '../../src/report/scoreboard.ts';

const score = (mutant: string, schedule: string, tried: number, toFind: readonly number[]): Score => ({
  mutant,
  schedule,
  trials: 4,
  seedsMax: 100,
  tried,
  toFind,
  seeds: 100,
  by: toFind.length === 0 ? [] : [['exclusion', toFind.length]],
});

const board: Scoreboard = {
  trials: 4,
  seedsMax: 100,
  patience: 50,
  seedsQuiet: 100,
  firstSeed: 1,
  schedules: ['random', 'pct'],
  scores: [
    score('never-renewed', 'random', 4, [4, 1, 3, 2]),
    score('never-renewed', 'pct', 3, [7, 9]),
    score('priority-sign', 'random', 4, [1, 1, 2, 1]),
    score('priority-sign', 'pct', 1, []),
    score('limit-off-by-one', 'random', 1, []),
    score('limit-off-by-one', 'pct', 1, []),
    score('canary', 'random', 1, []),
    score('canary', 'pct', 1, []),
    { ...score('never-renewed', 'random', 1, []), isControl: true },
  ],
};

describe('the scoreboard', () => {
  it('gives median and 90th percentile, by nearest rank, over all trials: those without a find took longer', () => {
    const rows = scoreboardPage(board)
      .split('\n')
      .filter((line) => /^\| `(never|priority)/.test(line));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/^\| `priority-sign` .* \| 1 \/ 2 \| – \| exclusion \|$/);
    expect(rows[1]).toMatch(/^\| `never-renewed` .* \| 2 \/ 4 \| 9 \/ >50 \(3\) \| exclusion \|$/);
  });

  it('sums up each schedule: how many it found, how many soonest, and which nobody else', () => {
    const page = scoreboardPage(board);
    expect(page).toContain('| `random` | 2 | 2 | 2 | `priority-sign` |');
    expect(page).toContain('| `pct` | 1 | 0 | 1 | – |');
  });

  it('says what was missed, how long the canary stood, and that the designs as they are stood too', () => {
    expect(scoreboardSum(board)).toEqual([
      '✗ 2 of 3 planted bugs found',
      '✗ limit-off-by-one was not found: the limit is compared with <= where it should be <',
      '✓ canary, which changes nothing: not found in 200 seeds',
      '✓ the designs as they are, under the same faults in the same arenas: nothing found in 100 seeds',
    ]);
    const page = scoreboardPage(board);
    expect(page.slice(page.indexOf('## Not found'))).toContain('| `limit-off-by-one`');
  });

  it('says of a canary that was found, and of a false alarm, by what', () => {
    const scores = [
      score('canary', 'random', 1, [3]),
      { ...score('never-renewed', 'random', 1, [5]), isControl: true },
    ];
    expect(scoreboardSum({ ...board, scores })).toEqual([
      '✓ 0 of 0 planted bugs found',
      '✗ canary was found by exclusion',
      '✗ false alarm: exclusion in leased-script as it is, in the arena of never-renewed, random',
    ]);
  });

  it('is the same in JSON', () => {
    const { mutants, controls } = JSON.parse(scoreboardJson(board));
    expect(mutants[0]).toMatchObject({ id: 'never-renewed', isFound: true });
    expect(mutants[0].scores).toMatchObject([
      { schedule: 'random', trials: 4, found: 4, median: 2, p90: 4 },
      { schedule: 'pct', trials: 3, found: 2, median: 9, p90: null },
    ]);
    expect(mutants[2]).toMatchObject({ id: 'limit-off-by-one', isFound: false });
    expect(controls).toEqual([
      { of: 'leased-script', arenaOf: 'never-renewed', needs: [], schedule: 'random', seeds: 100, by: {} },
    ]);
  });
});
