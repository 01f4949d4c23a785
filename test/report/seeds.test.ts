import { describe, expect, it } from 'vitest';
import { spreadFigure, spreadPercentage } from '../../src/report/figure.ts';
import { overSeeds, spreadOfNumbers, spreadOfTexts } from '../../src/report/seeds.ts';
import { sampleExpectation, sampleResult, sampleRun } from './sample.ts';

describe('a spread over seeds', () => {
  it('is least, median and most', () => {
    expect(spreadOfNumbers([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3 });
    expect(spreadOfNumbers([4, 1, 2, 3])).toEqual({ min: 1, median: 2.5, max: 4 });
    expect(spreadOfNumbers([10, 9])).toEqual({ min: 9, median: 9.5, max: 10 });
  });

  it('of a text varies only the numbers that vary', () => {
    expect(spreadOfTexts(['3 completed, 9 failed', '3 completed, 8 failed', '3 completed, 9 failed'])).toBe(
      '3 completed, 9 (8–9) failed',
    );
  });

  it('shows its three numbers alike, and one where they read the same', () => {
    expect(spreadFigure({ min: 2.7, median: 3, max: 3.4 })).toBe('3.0 (2.7–3.4)');
    expect(spreadFigure({ min: 3, median: 3.0001, max: 3.0002 })).toBe('3');
    expect(spreadFigure({ min: 0.5259, median: 0.526, max: 0.5261 })).toBe('0.526');
    expect(spreadFigure({ min: 8, median: 9, max: 9 })).toBe('9 (8–9)');
    expect(spreadPercentage({ min: 0.0001, median: 0.0002, max: 0.0003 })).toBe('< 0.1 %');
  });

  it('of texts that differ in words names the commonest, with how often each came', () => {
    expect(spreadOfTexts(['holds', 'violated once', 'holds'])).toBe('holds (2 of 3); violated once (1 of 3)');
    expect(spreadOfTexts(['a', 'b', 'c', 'd', 'e'])).toBe('a (1 of 5); b (1 of 5); c (1 of 5); 2 more');
  });
});

describe('a scenario over seeds', () => {
  const results = [7, 8, 9].map((seed) =>
    sampleResult({
      seed,
      runs: [sampleRun('zpopmin-then-token', { lost: seed }, seed === 7 ? [] : [`t${seed} is lost`])],
      expectations: [
        sampleExpectation({ verdict: seed === 9 ? 'refuted' : 'confirmed' }),
        sampleExpectation({ id: 'always' }),
      ],
    }),
  );
  const over = overSeeds(results);

  it('has a spread for every metric, and limits as they were set', () => {
    const metrics = over.runs[0]?.metrics;
    expect(metrics?.lost).toEqual({ min: 7, median: 8, max: 9 });
    expect(metrics?.queueWaitMs.p99).toEqual({ min: 2500.5, median: 2500.5, max: 2500.5 });
    expect(metrics?.concurrency.example?.limit).toBe(3);
    expect(metrics).not.toHaveProperty('queries');
  });

  it('counts the seeds that violate an invariant and tells the first', () => {
    expect(over.runs[0]?.invariants[0]).toEqual({
      id: 'no-task-lost',
      violatedIn: 2,
      ofSeeds: 3,
      firstViolatedSeed: 8,
      firstViolation: 't8 is lost',
    });
    expect(over.runs[0]?.invariants[1]).toMatchObject({ violatedIn: 0, firstViolatedSeed: null });
  });

  it('keeps a verdict that all seeds share, and spells out one that they do not', () => {
    const [mixed, always] = over.expectations;
    expect(mixed).toMatchObject({
      verdict: 'confirmed on 2, refuted on 1 of 3 seeds',
      confirmedIn: 2,
      asExpectedIn: 2,
    });
    expect(always).toMatchObject({ verdict: 'confirmed', confirmedIn: 3, ofSeeds: 3 });
  });
});
