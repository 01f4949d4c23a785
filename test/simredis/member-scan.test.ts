import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCursor, scanPage } from '../../src/simredis/member-scan.ts';

/** Scans a set to the end; `between` may change it after each page. */
function scanAll(set: Set<string>, count: number, between: (page: number) => void = () => {}): string[] {
  const seen: string[] = [];
  let cursor = 0;
  let page = 0;
  do {
    const answer = scanPage(
      set,
      () => set,
      (member) => set.has(member),
      cursor,
      count,
    );
    seen.push(...answer.members);
    cursor = answer.cursor;
    between(page++);
  } while (cursor !== 0);
  return seen;
}

describe('a scan', () => {
  test('sees every member once in a set that stands still', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `m${index}`);
    expect(scanAll(new Set(names), 10).sort()).toEqual([...names].sort());
  });

  test('sees every member that is there throughout, whatever comes and goes and whoever else scans', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(500).map(String), { minLength: 1, maxLength: 200, size: 'max' }),
        fc.array(fc.nat(500).map(String), { maxLength: 200, size: 'max' }),
        fc.integer({ min: 1, max: 20 }),
        (names, changes, count) => {
          const set = new Set(names);
          const doomed = new Set(changes);
          const seen = scanAll(set, count, (page) => {
            const change = changes[page];
            if (change === undefined) return;
            if (!set.delete(change)) set.add(change);
            if (page % 3 === 0)
              scanPage(
                set,
                () => set,
                (member) => set.has(member),
                0,
                1,
              );
          });
          for (const name of names) if (!doomed.has(name)) expect(seen).toContain(name);
        },
      ),
    );
  });

  test('answers about as many members as asked for', () => {
    const set = new Set(Array.from({ length: 100 }, (_, index) => `m${index}`));
    const page = scanPage(
      set,
      () => set,
      (member) => set.has(member),
      0,
      10,
    );
    expect(page.members.length).toBe(10);
    expect(page.cursor).not.toBe(0);
  });

  test('does not answer a member that is gone', () => {
    const set = new Set(['a', 'b', 'c']);
    const first = scanPage(
      set,
      () => set,
      (member) => set.has(member),
      0,
      1,
    );
    set.clear();
    expect(
      scanPage(
        set,
        () => set,
        (member) => set.has(member),
        first.cursor,
        10,
      ).members,
    ).toEqual([]);
  });
});

test('a cursor is what strtoul makes of it', () => {
  expect(parseCursor('')).toBe(0);
  expect(parseCursor('+17')).toBe(17);
  for (const bad of [' 1', 'x', '1x', '-', '18446744073709551616']) expect(() => parseCursor(bad)).toThrow();
});
