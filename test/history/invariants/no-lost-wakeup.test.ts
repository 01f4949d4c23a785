import { describe, expect, test } from 'vitest';
import { noLostWakeup } from '../../../src/history/invariants/no-lost-wakeup.ts';
import {
  claimed,
  conflict,
  emptyPoll,
  finished,
  limitChanged,
  started,
  submitted,
  workerStarted,
  workerStopped,
  written,
} from '../written.ts';

const check = noLostWakeup.check;

describe('no-lost-wakeup', () => {
  test('holds where every worker is heard of, though nobody finds the task', () => {
    const history = written(
      [0, workerStarted('w1')],
      [1, submitted('t1')],
      [10_000, emptyPoll('w1')],
      [20_000, conflict('t1', 'w1')],
      [30_000, workerStopped('w1')],
    );
    expect(check(history)).toEqual([]);
  });

  test('a worker that is silent for more than 10 s beside a waiting task has missed it, though another takes it', () => {
    const history = written(
      [0, workerStarted('w1')],
      [0, workerStarted('w2')],
      [0, started('t0', 'w1')],
      [4, submitted('t1')],
      [10_005, finished('t0', 'w1')],
      [10_006, claimed('t1', 'w1')],
      [10_006, started('t1', 'w1')],
      [20_000, finished('t1', 'w1')],
    );
    expect(check(history)).toEqual([
      {
        message:
          'example had a task waiting, room for it and a worker from 4 ms to 10006 ms: first t1, waiting since 4 ms, and w2, ' +
          'silent since 0 ms',
        events: [1, 3, 5],
      },
    ]);
  });

  test('a worker may sleep while nothing waits, and while what waits has no room', () => {
    const history = written(
      [0, limitChanged(1)],
      [0, workerStarted('w2')],
      [60_000, started('t0', 'w1')],
      [60_000, submitted('t1')],
      [90_000, finished('t0', 'w1')],
      [90_001, started('t1', 'w2')],
    );
    expect(check(history)).toEqual([]);
  });

  test('a task that waits beside an idle worker when the history ends was missed, however short the wait', () => {
    expect(check(written([0, workerStarted('w1')], [1, submitted('t1')], [2, emptyPoll('w1')]))).toHaveLength(1);
  });
});
