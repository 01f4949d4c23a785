import { expect, test } from 'vitest';
import { murmur2, partitionOf } from '../../src/simlog/murmur2.ts';

test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('hashes %j as Kafka’s own unit test has it', (key, hash) => {
  expect(murmur2(key)).toBe(hash);
});

test('picks the partition from the hash without its sign, as the default partitioner does', () => {
  expect(partitionOf('21', 3)).toBe((-973932308 & 0x7fffffff) % 3);
  expect(partitionOf('abc', 3)).toBe(479470107 % 3);
});

test('hashes what a key is in UTF-8', () => {
  expect(murmur2('é')).not.toBe(murmur2('e'));
  expect(partitionOf('任务', 1)).toBe(0);
});
