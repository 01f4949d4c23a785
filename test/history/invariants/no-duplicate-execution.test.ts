import { describe, expect, test } from 'vitest';
import { noDuplicateExecution } from '../../../src/history/invariants/no-duplicate-execution.ts';
import { claimed, finished, released, started, written } from '../written.ts';

const check = noDuplicateExecution.check;

describe('no-duplicate-execution', () => {
  test('holds where every task is started once, and where a claim was given back before the start', () => {
    const history = written(
      [0, started('t1', 'w1')],
      [0, claimed('t2', 'w2')],
      [1, released('t2', 'w2')],
      [2, finished('t1', 'w1')],
      [3, claimed('t2', 'w1')],
      [3, started('t2', 'w1')],
    );
    expect(check(history)).toEqual([]);
  });

  test('two workers that run a task at once are a violation that tells until when they overlapped', () => {
    const history = written(
      [1, started('t1', 'w1')],
      [1.5, started('t1', 'w2')],
      [3, finished('t1', 'w2')],
      [4, finished('t1', 'w1')],
    );
    expect(check(history)).toEqual([
      {
        message:
          't1 (example) was started by w1 at 1 ms and again by w2 at 1.5 ms, while the first still ran, until 4 ms',
        events: [0, 1, 3],
      },
    ]);
  });

  test('a task that is run again after it had finished is a violation', () => {
    const history = written([1, started('t1', 'w1')], [4, finished('t1', 'w1')], [9, started('t1', 'w1')]);
    expect(check(history)).toEqual([
      {
        message: 't1 (example) was started by w1 at 1 ms and again by w1 at 9 ms, after the first had finished at 4 ms',
        events: [0, 1, 2],
      },
    ]);
  });

  test('a task that is run again after a crash is a violation', () => {
    expect(check(written([1, started('t1', 'w1')], [9, started('t1', 'w2')], [10, finished('t1', 'w2')]))).toEqual([
      {
        message: 't1 (example) was started by w1 at 1 ms and again by w2 at 9 ms, the first never having finished',
        events: [0, 1],
      },
    ]);
  });

  test('each start after the first is a violation of its own', () => {
    const history = written([1, started('t1', 'w1')], [2, started('t1', 'w2')], [3, started('t1', 'w3')]);
    expect(check(history).map(({ events }) => events)).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
});
