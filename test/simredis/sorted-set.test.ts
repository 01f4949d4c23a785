import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SortedSet } from '../../src/simredis/types/sorted-set.ts';

type Entry = [member: string, score: number];

/** A sorted set as one would write it on a napkin. */
class NaiveSortedSet {
  entries: Entry[] = [];

  add(member: string, score: number): boolean {
    const present = this.entries.find(([other]) => other === member);
    if (present) present[1] = score;
    else this.entries.push([member, score]);
    this.entries.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
    return !present;
  }

  delete(member: string): boolean {
    const before = this.entries.length;
    this.entries = this.entries.filter(([other]) => other !== member);
    return this.entries.length < before;
  }
}

function entriesOf(set: SortedSet): Entry[] {
  const entries: Entry[] = [];
  set.forEach((member, score) => {
    entries.push([member, score]);
  });
  return entries;
}

function visited(set: SortedSet, rank: number, count: number, reverse: boolean): string[] {
  const members: string[] = [];
  set.visit(rank, count, reverse, (member) => members.push(member));
  return members;
}

const member = fc.nat(400).map((number) => `member:${number}`);
const score = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: -10, max: 10, noNaN: true }).map((value) => value + 0),
  fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300),
);
const operation = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('add'), member, score) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('delete'), member, fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('popMin', 'popMax'), fc.constant(''), fc.constant(0)) },
);

describe('a sorted set', () => {
  test('equals a sorted array after any history, in order, ranks, counts and ranges', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 600, size: 'max' }), score, (operations, bound) => {
        const set = new SortedSet();
        const naive = new NaiveSortedSet();
        for (const [kind, name, value] of operations) {
          if (kind === 'add') expect(set.add(name, value)).toBe(naive.add(name, value));
          else if (kind === 'delete') expect(set.delete(name)).toBe(naive.delete(name));
          else {
            const entry = kind === 'popMin' ? naive.entries.shift() : naive.entries.pop();
            const taken = kind === 'popMin' ? set.popMin() : set.popMax();
            expect(taken && [taken.member, taken.score]).toEqual(entry);
          }
        }
        const { entries } = naive;
        expect(set.length).toBe(entries.length);
        expect(entriesOf(set)).toEqual(entries);
        for (const [rank, [name, value]] of entries.entries()) {
          expect(set.rank(name)).toBe(rank);
          expect(set.score(name)).toBe(value);
          expect(set.at(rank).member).toBe(name);
        }
        expect(set.countBelow(bound, false)).toBe(entries.filter(([, value]) => value < bound).length);
        expect(set.countBelow(bound, true)).toBe(entries.filter(([, value]) => value <= bound).length);
        const names = entries.map(([name]) => name);
        const middle = names.length >> 1;
        expect(visited(set, middle, 100, false)).toEqual(names.slice(middle, middle + 100));
        expect(visited(set, middle, 100, true)).toEqual(
          names
            .slice(0, middle + 1)
            .reverse()
            .slice(0, 100),
        );
      }),
    );
  });

  test('counts members below a bound in bytes where all scores are equal', () => {
    fc.assert(
      fc.property(fc.uniqueArray(member, { maxLength: 300, size: 'max' }), member, (names, bound) => {
        const set = new SortedSet();
        for (const name of names) set.add(name, 7);
        expect(set.countBelowLex(bound, false)).toBe(names.filter((name) => name < bound).length);
        expect(set.countBelowLex(bound, true)).toBe(names.filter((name) => name <= bound).length);
      }),
    );
  });

  test('hands out 50,000 tasks in the order of their scores, though they came in none', () => {
    const set = new SortedSet();
    const size = 50_000;
    // 7919 is coprime to the size, so this visits every score once.
    for (let index = 0; index < size; index++) set.add(`task:${index}`, (index * 7919) % size);
    expect(set.rank('task:1')).toBe(7919);
    for (let expected = 0; expected < size / 2; expected++) expect(set.popMin()?.score).toBe(expected);
    for (let expected = size - 1; expected >= size / 2; expected--) expect(set.popMax()?.score).toBe(expected);
    expect(set.popMin()).toBeUndefined();
    expect(set.length).toBe(0);
  });

  test('is usable again after it was emptied', () => {
    const set = new SortedSet();
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 5000; index++) set.add(`m${index}`, index);
      for (let index = 4999; index >= 0; index -= 2) set.delete(`m${index}`);
      for (let index = 0; index < 5000; index += 2) expect(set.popMin()?.member).toBe(`m${index}`);
      expect(set.length).toBe(0);
    }
  });

  test('orders equal scores by bytes', () => {
    const set = new SortedSet();
    for (const name of ['b', '\xff', 'B', 'a', '', 'ab']) set.add(name, 1);
    expect(visited(set, 0, 10, false)).toEqual(['', 'B', 'a', 'ab', 'b', '\xff']);
  });

  test('keeps a score that compares equal to the new one', () => {
    const set = new SortedSet();
    set.add('a'.repeat(65), 0);
    set.add('a'.repeat(65), -0);
    expect(set.score('a'.repeat(65))).toBe(0);
  });

  test('has no -0 while Redis would keep it packed, and has it afterwards', () => {
    const set = new SortedSet();
    set.add('packed', -0);
    set.add('b'.repeat(65), -0);
    expect(set.score('packed')).toBe(0);
    expect(set.score('b'.repeat(65))).toBe(-0);
    expect(set.isPacked).toBe(false);
  });

  test('refuses NaN', () => {
    expect(() => new SortedSet().add('a', Number.NaN)).toThrow(RangeError);
  });

  test('a copy does not follow the original', () => {
    const set = new SortedSet();
    set.add('a', 1);
    const copy = set.clone();
    set.add('b', 2);
    expect(entriesOf(copy)).toEqual([['a', 1]]);
  });
});
