import { expect, test } from 'vitest';
import { exploreDelays } from '../../src/simulation/interleaver.ts';

test('schedules with fewer delays come first, and delays fall only where there is another to go on', async () => {
  const seen: string[] = [];
  const explored = await exploreDelays(2, async (delays) => {
    seen.push(delays.join());
    return [1, 2, 3];
  });
  expect(seen).toEqual(['', '1', '2', '1,2', '2,2']);
  expect(explored).toBe(5);
});

test('a search ends when it is told to', async () => {
  expect(await exploreDelays(3, async ({ length }) => (length === 1 ? undefined : [2, 2]))).toBe(2);
});
