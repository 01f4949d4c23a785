import { describe, expect, test } from 'vitest';
import { noBusyLoop } from '../../../src/history/invariants/no-busy-loop.ts';
import { emptyPoll, signalled, written } from '../written.ts';

const check = noBusyLoop.check;
const polls = (worker: string, times: number, everyMs: number, fromMs = 0) =>
  Array.from({ length: times }, (_, nth) => [fromMs + nth * everyMs, emptyPoll(worker)] as const);

describe('no-busy-loop', () => {
  test('a worker that asks in vain every few milliseconds is a violation, one for the whole row', () => {
    expect(check(written(...polls('w1', 30, 5)))).toEqual([
      {
        message: 'w1 asked in vain 30 times from 0 ms to 145 ms, and nothing had happened',
        events: Array.from({ length: 30 }, (_, index) => index),
      },
    ]);
  });

  test('one that waits 10 ms is none, nor is a row of ten, nor what many workers do at once', () => {
    expect(check(written(...polls('w1', 100, 10)))).toEqual([]);
    expect(check(written(...polls('w1', 11, 5)))).toEqual([]);
    expect(check(written(...polls('w1', 12, 5)))).toHaveLength(1);
    const herd = Array.from({ length: 50 }, (_, number) => [1, emptyPoll(`w${number}`)] as const);
    expect(check(written(...herd))).toEqual([]);
  });

  test('a row ends with whatever may have called the worker', () => {
    const called = [...polls('w1', 8, 5), [38, signalled()] as const, ...polls('w1', 8, 5, 40)];
    expect(check(written(...called))).toEqual([]);
  });
});
