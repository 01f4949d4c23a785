import { describe, expect, test } from 'vitest';
import { TimeWeightedGauge } from '../../src/metrics/time-weighted-gauge.ts';

describe('a time-weighted gauge', () => {
  test('weighs each level by how long it lasted, from the first change to the last', () => {
    const gauge = new TimeWeightedGauge();
    gauge.change(1000, 1);
    gauge.change(2000, 2);
    gauge.change(2500, -3);
    gauge.change(3000, 1);
    gauge.change(5000, -1);
    expect(gauge.areaUs).toBe(1000 + 3 * 500 + 0 + 2000);
    expect(gauge.mean).toBe(4500 / 4000);
    expect(gauge.max).toBe(3);
    expect(gauge.level).toBe(0);
  });

  test('knows a peak that lasted no time', () => {
    const gauge = new TimeWeightedGauge();
    gauge.change(5, 2);
    gauge.change(5, -2);
    expect([gauge.mean, gauge.max]).toEqual([0, 2]);
  });

  test('that never changed is zero', () => {
    const gauge = new TimeWeightedGauge();
    expect([gauge.mean, gauge.max, gauge.areaUs]).toEqual([0, 0, 0]);
  });
});
