import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileGlob } from '../../src/simredis/glob.ts';
import { type Backend, describeWithRedis, openBackend } from '../conformance/backends.ts';

describe('a glob pattern', () => {
  test.each([
    ['task:*', 'task:1', true],
    ['task:*', 'task', false],
    ['t?sk', 'task', true],
    ['t[ae]sk', 'tesk', true],
    ['t[^a]sk', 'task', false],
    ['t[a-c]sk', 'tbsk', true],
    ['t[c-a]sk', 'tbsk', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['*', '', false],
    ['', '', true],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxbyy', false],
  ])('%j on %j: %s', (pattern, text, matched) => expect(compileGlob(pattern)(text)).toBe(matched));

  test('with many stars is decided in time that does not explode', () => {
    expect(compileGlob(`${'a*'.repeat(50)}b`)('a'.repeat(5000))).toBe(false);
  });
});

describeWithRedis('glob patterns', () => {
  let redis: Backend;
  beforeAll(async () => {
    redis = await openBackend('redis');
  });
  afterAll(() => redis?.stop());

  test('match what they match in a real Redis', async () => {
    const letters = (chars: string, maxLength: number) =>
      fc.array(fc.constantFrom(...chars), { maxLength }).map((characters) => characters.join(''));
    const texts = fc.array(letters('ab]-^\\', 5), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.array(letters('ab*?[]^-\\', 7), { minLength: 1, maxLength: 20 }),
        async (keys, patterns) => {
          await redis.call('FLUSHALL');
          for (const key of keys) await redis.call('SET', key, '1');
          for (const pattern of patterns.filter((text) => text !== '*')) {
            const real = (await redis.call('KEYS', pattern)) as string[];
            expect([...new Set(keys)].filter(compileGlob(pattern)).sort(), pattern).toEqual([...real].sort());
          }
        },
      ),
      { seed: 1, numRuns: 150 },
    );
  });
});
