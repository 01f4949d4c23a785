import { describe, expect, test } from 'vitest';
import { smallest } from '../../src/explore/smallest.ts';

const atLeast = (least: number) => () => least;

describe('the smallest numbers that still break', () => {
  test('are found exactly where more breaks too, few or many', async () => {
    const found = await smallest([500, 40], atLeast(1), async ([a = 0, b = 0]) => a >= 101 && b >= 3);
    expect(found).toEqual([101, 3]);
  });

  test('are found where one depends on another', async () => {
    const found = await smallest([150, 100], atLeast(1), async ([tasks = 0, capacity = 0]) => tasks > capacity);
    expect(found).toEqual([2, 1]);
  });

  test('below eight, no gap hides a smaller one', async () => {
    expect(await smallest([7], atLeast(0), async ([a = 0]) => a === 2 || a === 7)).toEqual([2]);
  });

  test('go no lower than they may', async () => {
    expect(await smallest([9], atLeast(4), async () => true)).toEqual([4]);
  });
});
