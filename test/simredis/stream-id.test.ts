import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareIds,
  formatId,
  INVALID_ID,
  idAfter,
  idBefore,
  parseEnd,
  parseId,
  parseRequestedId,
  parseStart,
  parseStoredId,
} from '../../src/simredis/types/stream-id.ts';

const END = '18446744073709551615';

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a stream id', () => {
  test('survives writing and reading', () => {
    const part = fc.oneof(fc.maxSafeNat(), fc.nat(10_000_000), fc.constant(Infinity));
    fc.assert(
      fc.property(part, part, (ms, seq) => {
        expect(parseId(formatId({ ms, seq }))).toEqual({ ms, seq });
      }),
      { seed: 5 },
    );
  });

  test('is written with all its digits', () => {
    expect(formatId({ ms: 1_704_067_200_007, seq: 0 })).toBe('1704067200007-0');
    expect(formatId({ ms: 1_704_067_201_070, seq: 12 })).toBe('1704067201070-12');
    expect(formatId({ ms: Infinity, seq: Infinity })).toBe(`${END}-${END}`);
  });

  test.each([
    '',
    '-',
    '+',
    '1-',
    '-1',
    '1-2-3',
    'x',
    '1-x',
    '1--2',
    `${END}0`,
    '18446744073709551616',
    '1'.repeat(128),
  ])('is not read from %j', (text) => {
    expect(thrownBy(() => parseId(text))).toBe(INVALID_ID);
  });

  test('is read as leniently as strtoull reads', () => {
    expect(parseId('007-+1')).toEqual({ ms: 7, seq: 1 });
    expect(parseId(' 5')).toEqual({ ms: 5, seq: 0 });
  });

  test('may leave its sequence number to the server', () => {
    expect(parseRequestedId('5-*')).toEqual({ ms: 5, seq: undefined });
    expect(thrownBy(() => parseRequestedId('5-5-*'))).toBe(INVALID_ID);
    expect(thrownBy(() => parseRequestedId('-*'))).toBe(INVALID_ID);
  });

  test('beyond what a number holds bounds a range, and is refused where it would be stored', () => {
    const beyond = '9007199254740993-1';
    expect(compareIds(parseStart(beyond), { ms: Number.MAX_SAFE_INTEGER, seq: Infinity })).toBe(1);
    expect(compareIds(parseEnd(beyond), { ms: Infinity, seq: 0 })).toBe(-1);
    expect(thrownBy(() => parseStoredId(beyond))).toMatchObject({ text: expect.stringContaining('does not simulate') });
  });

  test('has a neighbour on either side but at the ends', () => {
    expect(idAfter({ ms: 5, seq: Infinity })).toEqual({ ms: 6, seq: 0 });
    expect(idAfter({ ms: Infinity, seq: Infinity })).toBeUndefined();
    expect(idBefore({ ms: 5, seq: 0 })).toEqual({ ms: 4, seq: Infinity });
    expect(idBefore({ ms: 0, seq: 0 })).toBeUndefined();
  });
});
