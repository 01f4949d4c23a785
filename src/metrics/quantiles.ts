import type { Quantiles } from './metrics.ts';

/**
 * The quantiles of durations, by nearest rank: each is one of the values, none is interpolated.
 * @param valuesUs in µs, in any order; sorted in place
 */
export function quantilesMs(valuesUs: Float64Array): Quantiles {
  const sorted = valuesUs.sort();
  return {
    p50: nearestRank(sorted, 50) / 1000,
    p90: nearestRank(sorted, 90) / 1000,
    p99: nearestRank(sorted, 99) / 1000,
    max: nearestRank(sorted, 100) / 1000,
    samples: sorted.length,
  };
}

/** The smallest value that at least `percent` % of all values do not exceed; 0 where there are none. */
function nearestRank(sorted: Float64Array, percent: number): number {
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
}
