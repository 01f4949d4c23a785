import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantilesMs } from '../../src/metrics/quantiles.ts';

describe('quantiles', () => {
  test('of 1 to 100 ms are the ranks themselves, in whatever order the values come', () => {
    const valuesUs = Float64Array.from({ length: 100 }, (_, place) => (((place * 37) % 100) + 1) * 1000);
    expect(quantilesMs(valuesUs)).toEqual({ p50: 50, p90: 90, p99: 99, max: 100, samples: 100 });
  });

  test('of a few values are values, none interpolated', () => {
    expect(quantilesMs(Float64Array.of(3000, 1500))).toEqual({ p50: 1.5, p90: 3, p99: 3, max: 3, samples: 2 });
    expect(quantilesMs(Float64Array.of(7))).toEqual({ p50: 0.007, p90: 0.007, p99: 0.007, max: 0.007, samples: 1 });
  });

  test('of nothing are zero', () => {
    expect(quantilesMs(new Float64Array(0))).toEqual({ p50: 0, p90: 0, p99: 0, max: 0, samples: 0 });
  });

  test('are the smallest value that so many percent of all do not exceed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1 }), (values) => {
        const naive = (percent: number) =>
          Math.min(...values.filter((v) => values.filter((w) => w <= v).length * 100 >= percent * values.length)) /
          1000;
        const { p50, p90, p99, max } = quantilesMs(Float64Array.from(values));
        expect([p50, p90, p99, max]).toEqual([naive(50), naive(90), naive(99), naive(100)]);
      }),
    );
  });
});
