import { describe, expect, test } from 'vitest';
import type { HistoryEvent, StruckFault } from '../../../src/history/history.ts';
import { fifoPerType } from '../../../src/history/invariants/fifo-per-type.ts';
import {
  claimed,
  conflict,
  emptyPoll,
  hostPaused,
  status,
  submitted,
  submitting,
  workerStarted,
  written,
} from '../written.ts';

const check = fifoPerType.check;

/** Three tasks that were submitted one after the other. */
const inTurn = [
  [0, submitting('t1')],
  [1, submitted('t1')],
  [2, submitting('t2')],
  [3, submitted('t2')],
  [4, submitting('t3')],
  [5, submitted('t3')],
] as const;

describe('fifo-per-type', () => {
  test('holds where tasks are claimed in the order of their submission, each type and priority for itself', () => {
    const history = written(
      ...inTurn,
      [6, submitting('t4', 'email')],
      [6, submitted('t4', 'email')],
      [7, submitting('t5', 'example', 1)],
      [7, submitted('t5')],
      [5000, emptyPoll('w1')],
      [5001, claimed('t4', 'w1')],
      [5002, claimed('t5', 'w1')],
      [5003, claimed('t1', 'w1')],
      [5004, claimed('t2', 'w1')],
      [5005, claimed('t3', 'w1')],
    );
    expect(check(history)).toEqual([]);
  });

  test('tasks that stand overtaken at the same time are one violation, told by the first', () => {
    const history = written(...inTurn, [10, claimed('t3', 'w1')], [20, claimed('t2', 'w1')], [30, claimed('t1', 'w1')]);
    expect(check(history)).toEqual([
      {
        message:
          't2 (example) was accepted at 3 ms and claimed at 20 ms, after t3, which was submitted at 4 ms and claimed at ' +
          '10 ms; 1 more overtaken until 30 ms',
        events: [3, 4, 6, 7],
      },
    ]);
  });

  test('submissions under way at the same time have no order', () => {
    const history = written(
      [0, submitting('t1')],
      [1, submitting('t2')],
      [2, submitted('t1')],
      [3, submitted('t2')],
      [10, claimed('t2', 'w1')],
      [20, claimed('t1', 'w1')],
    );
    expect(check(history)).toEqual([]);
  });

  test('an attempt that is not its first tells of an earlier claim whose answer was lost, and a first one of none', () => {
    const claimOfT1 = (attempt: number) =>
      written(
        ...inTurn,
        [10, emptyPoll('w1')],
        [11, claimed('t2', 'w1')],
        [20, { ...status('t1', 'pending', 'processing'), sequence: 2 * attempt - 1 } as HistoryEvent],
        [20, claimed('t1', 'w1')],
      );
    expect(check(claimOfT1(2))).toEqual([]);
    expect(check(claimOfT1(1))).toHaveLength(1);
  });

  test('a claim whose answer was cut off for seconds began when its worker was last heard of; one that nothing held up did not', () => {
    const claims = (host: string) =>
      written(
        [0, workerStarted('w1', 'app-1')],
        ...inTurn,
        [10, { kind: 'fault', fault: { kind: 'partition', host, forMs: 3000 } as StruckFault }],
        [20, claimed('t2', 'w2')],
        [3020, claimed('t1', 'w1')],
      );
    expect(check(claims('app-1'))).toEqual([]);
    expect(check(claims('app-2'))).toHaveLength(1);
  });

  test('claims under way at the same time have no order', () => {
    const history = written(...inTurn, [8, emptyPoll('w2')], [10, claimed('t2', 'w1')], [11, claimed('t1', 'w2')]);
    expect(check(history)).toEqual([]);
  });

  test('a worker that was idle for long began its claim at most a second ago', () => {
    const idle = [...inTurn, [8, emptyPoll('w2')], [10, claimed('t2', 'w1')]] as const;
    expect(check(written(...idle, [1010, claimed('t1', 'w2')]))).toEqual([]);
    expect(check(written(...idle, [1010.001, claimed('t1', 'w2')]))).toHaveLength(1);
  });

  test('the claim of a worker whose host stood still may have begun before that', () => {
    const history = written(
      ...inTurn,
      [6, workerStarted('w2', 'app-2')],
      [8, hostPaused(9000, 'app-2')],
      [10, claimed('t2', 'w1')],
      [9020, claimed('t1', 'w2')],
    );
    expect(check(history)).toEqual([]);
  });

  test('a worker that waits for a token with a task in hand is claiming it all the time', () => {
    const waits = [conflict('t1', 'w2'), conflict('t1', 'w2')];
    const history = (second = waits[1] as (typeof waits)[number]) =>
      written(
        ...inTurn,
        [8, conflict('t1', 'w2')],
        [10, claimed('t2', 'w1')],
        [100, second],
        [200, claimed('t1', 'w2')],
      );
    expect(check(history())).toEqual([]);
    expect(check(history(emptyPoll('w2')))).toHaveLength(1);
  });

  test('a task that was taken over before any claim was reported may have been claimed unseen', () => {
    const history = written(
      ...inTurn,
      [10, claimed('t2', 'w1')],
      [70_000, { kind: 'recovered', task: 't1', worker: 'w1' }],
      [70_001, claimed('t1', 'w1')],
    );
    expect(check(history)).toEqual([]);
  });

  test('only the first claim of a task counts: what was given back is no newcomer', () => {
    const history = written(
      ...inTurn,
      [10, claimed('t1', 'w1')],
      [20, claimed('t2', 'w1')],
      [30, claimed('t1', 'w1')],
      [40, claimed('t3', 'w1')],
    );
    expect(check(history)).toEqual([]);
  });
});
