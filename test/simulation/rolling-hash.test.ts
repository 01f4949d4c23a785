import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RollingHash } from '../../src/simulation/rolling-hash.ts';

type Folded = string | readonly [timeUs: number, origin: number];

function digest(history: readonly Folded[]): string {
  const hash = new RollingHash();
  for (const item of history) {
    if (typeof item === 'string') hash.text(item);
    else hash.event(item[0], item[1]);
  }
  return hash.digest();
}

const event = fc.tuple(fc.nat(Number.MAX_SAFE_INTEGER), fc.nat(100));
const item: fc.Arbitrary<Folded> = fc.oneof(event, fc.string({ maxLength: 12 }));

describe('the rolling hash', () => {
  test('is sixteen hexadecimal digits', () => {
    expect(digest([])).toMatch(/^[0-9a-f]{16}$/);
    expect(digest([[1, 2], 'x'])).toMatch(/^[0-9a-f]{16}$/);
  });

  test('is the same for the same history', () => {
    fc.assert(fc.property(fc.array(item), (history) => digest(history) === digest([...history])));
  });

  test('differs when any one event differs in time or in origin', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1 }), fc.nat(), event, (history, at, other) => {
        const index = at % history.length;
        const [timeUs, origin] = history[index] as [number, number];
        fc.pre(timeUs !== other[0] || origin !== other[1]);
        expect(digest(history.with(index, other))).not.toBe(digest(history));
      }),
    );
  });

  test('tells apart times that differ beyond their low 32 bits', () => {
    expect(digest([[1, 0]])).not.toBe(digest([[1 + 2 ** 32, 0]]));
    expect(digest([[1, 0]])).not.toBe(digest([[1 + 2 ** 50, 0]]));
  });

  test('differs when two neighbouring events swap', () => {
    fc.assert(
      fc.property(fc.array(item), item, item, (before, a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(digest([...before, a, b])).not.toBe(digest([...before, b, a]));
      }),
    );
  });

  test('differs when an event is left out at the end', () => {
    fc.assert(
      fc.property(fc.array(item), item, (before, last) => {
        expect(digest([...before, last])).not.toBe(digest(before));
      }),
    );
  });

  test('does not let neighbouring texts trade characters unseen', () => {
    expect(digest(['ab', 'c'])).not.toBe(digest(['a', 'bc']));
    expect(digest(['', 'abc'])).not.toBe(digest(['abc', '']));
  });

  test('has no collision among a hundred thousand short histories', () => {
    const seen = new Set<string>();
    for (let timeUs = 0; timeUs < 1000; timeUs++)
      for (let origin = 0; origin < 100; origin++) seen.add(digest([[timeUs, origin]]));
    expect(seen.size).toBe(100_000);
  });

  test('stays what it was: published hashes remain comparable', () => {
    expect(digest([[0, 0], [1500, 1], 'submit t1', [2 ** 40, 3]])).toMatchInlineSnapshot(`"86136f54fd4b472e"`);
  });
});
