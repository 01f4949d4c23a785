import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/engine/events.ts';
import type { TaskStatus } from '../../../src/engine/task.ts';
import { legalLifecycle } from '../../../src/history/invariants/legal-lifecycle.ts';
import { status, written } from '../written.ts';

const check = legalLifecycle.check;

describe('legal-lifecycle', () => {
  test('holds for the documented lives, a claim that was rolled back included, each task for itself', () => {
    const history = written(
      [0, status('t1', 'pending', 'processing')],
      [0, status('t2', 'pending', 'canceled')],
      [1, status('t1', 'processing', 'pending')],
      [1, status('t3', 'pending', 'timeout')],
      [2, status('t1', 'pending', 'processing')],
      [3, status('t1', 'processing', 'failed')],
    );
    expect(check(history)).toEqual([]);
  });

  test('a first status that is not written over pending is a violation', () => {
    expect(check(written([3, status('t1', 'processing', 'success')]))).toEqual([
      {
        message: 't1 went from processing to success at 3 ms, but was pending: nothing had been written before',
        events: [0],
      },
    ]);
  });

  test('two workers that both move a task on from pending are a violation', () => {
    const history = written([1, status('t1', 'pending', 'processing')], [2, status('t1', 'pending', 'processing')]);
    expect(check(history)).toEqual([
      { message: 't1 went from pending to processing at 2 ms, but had been processing since 1 ms', events: [0, 1] },
    ]);
  });

  test('an illegal transition is a violation', () => {
    expect(check(written([1, status('t1', 'pending', 'success')]))).toEqual([
      { message: 't1 went from pending to success at 1 ms, which is no legal transition', events: [0] },
    ]);
  });

  test('whatever follows a final status is a violation', () => {
    const history = written(
      [1, status('t1', 'pending', 'processing')],
      [2, status('t1', 'processing', 'success')],
      [3, status('t1', 'pending', 'processing')],
    );
    expect(check(history)).toEqual([
      {
        message: 't1 went from pending to processing at 3 ms, but had been success since 2 ms, which is final',
        events: [1, 2],
      },
    ]);
  });

  test('after a breach the next write is judged by what the breach left behind', () => {
    const history = written(
      [1, status('t1', 'pending', 'canceled')],
      [2, status('t1', 'pending', 'processing')],
      [3, status('t1', 'processing', 'success')],
    );
    expect(check(history).map(({ events }) => events)).toEqual([[0, 1]]);
  });

  const counted = (sequence: number, from: TaskStatus, to: TaskStatus): EngineEvent => ({
    kind: 'status',
    task: 't1',
    from,
    to,
    sequence,
  });

  test('writes that are counted are ordered by their sequence, not by when they were answered', () => {
    const history = written(
      [1, counted(1, 'pending', 'processing')],
      [2, counted(3, 'pending', 'processing')],
      [3, counted(2, 'processing', 'pending')],
      [4, counted(4, 'processing', 'success')],
    );
    expect(check(history)).toEqual([]);
  });

  test('of a counted write that nobody heard of, what it left behind is unknown', () => {
    expect(check(written([1, counted(2, 'processing', 'pending')]))).toEqual([]);
    expect(
      check(written([1, counted(2, 'processing', 'success')], [2, counted(4, 'processing', 'pending')])),
    ).toHaveLength(1);
  });

  test('two writes that claim the same place are a violation, as is one that follows a final status', () => {
    const twice = written(
      [1, counted(1, 'pending', 'processing')],
      [2, counted(2, 'processing', 'pending')],
      [3, counted(2, 'processing', 'success')],
    );
    expect(check(twice)).toHaveLength(1);
  });
});
