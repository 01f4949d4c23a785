import { describe, expect, test } from 'vitest';
import { concurrencyLimit } from '../../../src/history/invariants/concurrency-limit.ts';
import { finished, limitChanged, started, workerStarted, written } from '../written.ts';

const check = concurrencyLimit.check;

describe('concurrency-limit', () => {
  test('holds where exactly as many run as the limit allows, and the next starts when one has finished', () => {
    const history = written(
      [0, limitChanged(2)],
      [1, started('t1', 'w1')],
      [1, started('t2', 'w2')],
      [5, finished('t1', 'w1')],
      [5, started('t3', 'w1')],
      [6, finished('t2', 'w2')],
      [7, finished('t3', 'w1')],
    );
    expect(check(history)).toEqual([]);
  });

  test('holds for a type without a limit, and counts every type for itself', () => {
    const history = written(
      [0, limitChanged(1)],
      [1, started('t1', 'w1')],
      [1, started('t2', 'w2', 'email')],
      [1, started('t3', 'w3', 'email')],
    );
    expect(check(history)).toEqual([]);
  });

  test('one excursion is one violation, with its peak, its time and the starts that prove it', () => {
    const history = written(
      [0, limitChanged(1)],
      [1, started('t1', 'w1')],
      [2, started('t2', 'w2')],
      [3, started('t3', 'w3')],
      [4, finished('t1', 'w1')],
      [5, started('t4', 'w1')],
      [6, finished('t2', 'w2')],
      [6, finished('t3', 'w3')],
      [7, finished('t4', 'w1')],
    );
    expect(check(history)).toEqual([
      { message: 'up to 3 tasks of example ran at once from 2 ms to 6 ms; the limit is 1', events: [0, 1, 2, 3] },
    ]);
  });

  test('two excursions are two violations; one that never ends is told to the end', () => {
    const history = written(
      [0, limitChanged(1)],
      [1, started('t1', 'w1')],
      [2, started('t2', 'w2')],
      [3, finished('t1', 'w1')],
      [4, started('t3', 'w1')],
    );
    expect(check(history)).toEqual([
      { message: 'up to 2 tasks of example ran at once from 2 ms to 3 ms; the limit is 1', events: [0, 1, 2] },
      { message: 'up to 2 tasks of example ran at once from 4 ms to the end; the limit is 1', events: [0, 2, 4] },
    ]);
  });

  test('a lowered limit says nothing of what already runs, but of every start after it', () => {
    const lowered = [
      [0, limitChanged(3)],
      [1, started('t1', 'w1')],
      [1, started('t2', 'w2')],
      [2, limitChanged(1)],
      [3, finished('t1', 'w1')],
    ] as const;
    expect(check(written(...lowered))).toEqual([]);
    expect(check(written(...lowered, [4, started('t3', 'w3')]))).toEqual([
      { message: 'up to 2 tasks of example ran at once from 4 ms to the end; the limit is 1', events: [2, 3, 5] },
    ]);
  });

  test('a raised limit ends an excursion', () => {
    const history = written(
      [0, limitChanged(1)],
      [1, started('t1', 'w1')],
      [2, started('t2', 'w2')],
      [3, limitChanged(2)],
    );
    expect(check(history)[0]?.message).toContain('from 2 ms to 3 ms; the limit is 1');
  });

  test('a limit that several processes announce is proved by its first announcement', () => {
    const history = written(
      [0, limitChanged(1)],
      [0, limitChanged(1)],
      [1, started('t1', 'w1')],
      [2, started('t2', 'w2')],
    );
    expect(check(history)[0]?.events).toEqual([0, 2, 3]);
  });

  test('the handler of a crashed worker takes no room after its start', () => {
    const history = written(
      [0, workerStarted('w1')],
      [0, workerStarted('w2')],
      [0, limitChanged(1)],
      [1, started('t1', 'w1')],
      [70_000, started('t1', 'w2')],
      [70_001, finished('t1', 'w2')],
    );
    expect(check(history)).toEqual([]);
  });

  test('a start over the limit is a violation though its worker crashes', () => {
    const history = written(
      [0, workerStarted('w2')],
      [0, limitChanged(1)],
      [1, started('t1', 'w1')],
      [2, started('t2', 'w2')],
      [3, finished('t1', 'w1')],
    );
    expect(check(history)).toEqual([
      { message: 'up to 2 tasks of example ran at once from 2 ms to 2 ms; the limit is 1', events: [1, 2, 3] },
    ]);
  });

  test('violations of several types come in the order in which they began', () => {
    const history = written(
      [0, limitChanged(1, 'a')],
      [0, limitChanged(1, 'b')],
      [1, started('a1', 'w1', 'a')],
      [1, started('a2', 'w2', 'a')],
      [2, started('b1', 'w3', 'b')],
      [2, started('b2', 'w4', 'b')],
      [3, finished('b1', 'w3', 'success', 'b')],
      [4, finished('a1', 'w1', 'success', 'a')],
    );
    expect(check(history).map(({ events }) => events)).toEqual([
      [0, 2, 3],
      [1, 4, 5],
    ]);
  });
});
