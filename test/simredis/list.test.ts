import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { List } from '../../src/simredis/types/list.ts';

const value = fc.constantFrom('a', 'b', 'c');
const operation = fc.oneof(
  fc.record({ kind: fc.constantFrom('pushHead', 'pushTail'), value }),
  fc.record({ kind: fc.constantFrom('popHead', 'popTail') }),
  fc.record({ kind: fc.constant('insert'), at: fc.nat(40), value }),
  fc.record({ kind: fc.constant('remove'), value, limit: fc.integer({ min: 1, max: 5 }), fromTail: fc.boolean() }),
  fc.record({ kind: fc.constant('trim'), at: fc.nat(40), to: fc.nat(40) }),
);

interface Operation {
  readonly kind: string;
  readonly value?: string;
  readonly at?: number;
  readonly to?: number;
  readonly limit?: number;
  readonly fromTail?: boolean;
}

/** Does the same to a list and to an array, and returns what each answered. */
function apply(list: List, array: string[], { kind, value = '', at = 0, to = 0, limit = 0, fromTail }: Operation) {
  switch (kind) {
    case 'pushHead':
      return [list.pushHead(value), void array.unshift(value)];
    case 'pushTail':
      return [list.pushTail(value), void array.push(value)];
    case 'popHead':
      return [list.popHead(), array.shift()];
    case 'popTail':
      return [list.popTail(), array.pop()];
    case 'insert': {
      const index = at % (array.length + 1);
      return [list.insert(index, value), void array.splice(index, 0, value)];
    }
    case 'remove': {
      const found = array.flatMap((item, index) => (item === value ? [index] : []));
      const doomed = new Set(fromTail ? found.slice(-limit) : found.slice(0, limit));
      const kept = array.filter((_, index) => !doomed.has(index));
      array.splice(0, array.length, ...kept);
      return [list.remove(value, limit, fromTail), doomed.size];
    }
    default: {
      if (array.length === 0) return [undefined, undefined];
      const [start, stop] = [at % array.length, to % array.length];
      list.trim(start, stop);
      array.splice(0, array.length, ...(start > stop ? [] : array.slice(start, stop + 1)));
      return [undefined, undefined];
    }
  }
}

describe('a list', () => {
  test('answers like an array, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const list = new List();
        const array: string[] = [];
        for (const step of operations) {
          const [answer, expected] = apply(list, array, step);
          expect(answer).toBe(expected);
          expect(list.length).toBe(array.length);
          expect(list.slice(0, list.length - 1)).toEqual(array);
        }
      }),
    );
  });

  test('keeps its order while it grows and shrinks around the end of its ring', () => {
    const list = new List();
    for (let index = 0; index < 1000; index++) {
      list.pushTail(`${index}`);
      if (index % 3 === 2) list.popHead();
    }
    expect(list.popHead()).toBe('333');
    while (list.length > 1) list.popHead();
    expect(list.popTail()).toBe('999');
    expect(list.popTail()).toBeUndefined();
  });

  test('has nothing outside its ends', () => {
    const list = new List();
    list.pushTail('a');
    expect(list.at(-1)).toBeUndefined();
    expect(list.at(1)).toBeUndefined();
    expect(() => list.set(1, 'b')).toThrow(RangeError);
    expect(() => list.insert(2, 'b')).toThrow(RangeError);
  });

  test('a copy does not follow the original', () => {
    const list = new List();
    list.pushTail('a');
    const copy = list.clone();
    list.pushTail('b');
    expect(copy.slice(0, copy.length - 1)).toEqual(['a']);
  });
});
