import { describe, expect, test } from 'vitest';
import { noTaskLost } from '../../../src/history/invariants/no-task-lost.ts';
import {
  claimed,
  conflict,
  expired,
  finished,
  started,
  status,
  submitted,
  submitting,
  workerStarted,
  written,
} from '../written.ts';

const check = noTaskLost.check;

describe('no-task-lost', () => {
  test('holds for a task whose handler ran to an end, whatever the outcome and though no status was written', () => {
    const ends = ['success', 'failed', 'timeout'] as const;
    for (const outcome of ends) {
      expect(
        check(written([0, submitted('t1')], [1, started('t1', 'w1')], [2, finished('t1', 'w1', outcome)])),
      ).toEqual([]);
    }
  });

  test('holds for a task that was canceled, or expired in the queue', () => {
    expect(
      check(
        written(
          [0, submitted('t1')],
          [0, submitted('t2')],
          [1, status('t1', 'pending', 'canceled')],
          [2, expired('t2', 'w1')],
        ),
      ),
    ).toEqual([]);
  });

  test('holds for an empty history, and for a submission that was never answered', () => {
    expect(check(written())).toEqual([]);
    expect(check(written([0, submitting('t1')]))).toEqual([]);
  });

  test('holds for a task that a second worker ran to the end after the first crashed', () => {
    const history = written(
      [0, submitted('t1')],
      [1, started('t1', 'w1')],
      [9, started('t1', 'w2')],
      [10, finished('t1', 'w2')],
    );
    expect(check(history)).toEqual([]);
  });

  test('holds for a task that a worker ran before its submission was answered', () => {
    expect(
      check(written([0, submitting('t1')], [1, started('t1', 'w1')], [2, finished('t1', 'w1')], [3, submitted('t1')])),
    ).toEqual([]);
  });

  test('a task that was marked failed and never ran is lost, proved by all that happened to it', () => {
    const history = written(
      [0, submitting('t5')],
      [0, submitted('t5')],
      [0, submitted('t6')],
      [1000.6, status('t5', 'pending', 'processing')],
      [1000.6, claimed('t5', 'w2')],
      [1001, started('t6', 'w1')],
      [1001, conflict('t5', 'w2')],
      [1001.4, status('t5', 'processing', 'failed')],
      [2001, finished('t6', 'w1')],
    );
    expect(check(history)).toEqual([
      { message: 't5 (example) was marked failed at 1001.4 ms and never ran', events: [0, 1, 3, 4, 6, 7] },
    ]);
  });

  test('a task that nobody ever claimed is lost', () => {
    expect(check(written([3, submitted('t1', 'email')]))).toEqual([
      { message: 't1 (email) was accepted at 3 ms and never ran: no worker claimed it', events: [0] },
    ]);
  });

  test('a task that was claimed and never started is lost', () => {
    expect(check(written([0, submitted('t1')], [1.25, claimed('t1', 'w1')]))).toEqual([
      { message: 't1 (example) was claimed by w1 at 1.25 ms and never ran', events: [0, 1] },
    ]);
  });

  test('a task whose worker crashed in its handler, and that nobody ran again, is lost', () => {
    expect(check(written([0, workerStarted('w1')], [0, submitted('t1')], [1, started('t1', 'w1')]))).toEqual([
      { message: 't1 (example) was started by w1 at 1 ms and never finished', events: [1, 2] },
    ]);
  });

  test('a task that is run again after a crash and crashes again is lost', () => {
    const [violation] = check(written([0, submitted('t1')], [1, started('t1', 'w1')], [5, started('t1', 'w2')]));
    expect(violation?.message).toBe('t1 (example) was started 2 times, the last time by w2 at 5 ms and never finished');
  });

  test('of conflicts in a row only the last is shown as proof', () => {
    const history = written(
      [0, submitted('t1')],
      [1, conflict('t1', 'w1')],
      [2, conflict('t1', 'w2')],
      [3, conflict('t1', 'w1')],
    );
    expect(check(history)[0]?.events).toEqual([0, 3]);
  });

  test('lost tasks are reported in the order in which they were accepted', () => {
    const history = written([0, submitting('t1')], [0, submitting('t2')], [1, submitted('t2')], [2, submitted('t1')]);
    expect(check(history).map(({ events }) => events)).toEqual([
      [1, 2],
      [0, 3],
    ]);
  });
});
