import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../src/engine/events.ts';
import { endOf, isLost, type TaskLife, taskLives } from '../../src/history/task-life.ts';
import { claimed, expired, finished, started, status, submitted, submitting, written } from './written.ts';

const lifeOf = (...entries: (readonly [atMs: number, event: EngineEvent])[]) =>
  taskLives(written(...entries)).get('t1') as TaskLife;

describe('the life of a task', () => {
  test('tells when each thing first or last happened, and the type though an event without one came first', () => {
    expect(
      lifeOf(
        [0, claimed('t1', 'w1')],
        [1, submitting('t1', 'email')],
        [2, started('t1', 'w1', 'email')],
        [3, submitted('t1', 'email')],
        [4, started('t1', 'w2', 'email')],
        [5, finished('t1', 'w1', 'failed', 'email')],
        [6, finished('t1', 'w2', 'success', 'email')],
        [7, status('t1', 'processing', 'success')],
        [8, submitting('t1', 'email')],
        [8, submitted('t1', 'email')],
      ),
    ).toEqual({
      task: 't1',
      type: 'email',
      submitting: 1,
      submitted: 3,
      claimed: 0,
      starts: 2,
      firstStart: 2,
      lastStart: 4,
      lastFinish: 6,
      outcome: 'success',
      canceled: -1,
      expired: -1,
      status: 'success',
      statusAt: 7,
    });
  });

  test('ends as the status written last says, where that is final', () => {
    expect(endOf(lifeOf([0, finished('t1', 'w1', 'failed')], [1, status('t1', 'processing', 'success')]))).toBe(
      'success',
    );
  });

  test('ends as its handler did, where the worker crashed before it wrote the status', () => {
    expect(endOf(lifeOf([0, status('t1', 'pending', 'processing')], [1, finished('t1', 'w1', 'timeout')]))).toBe(
      'timeout',
    );
  });

  test('ends with a timeout where it expired, and as canceled where a worker wrote over that and crashed', () => {
    expect(endOf(lifeOf([0, submitted('t1')], [1, expired('t1', 'w1')]))).toBe('timeout');
    expect(endOf(lifeOf([0, status('t1', 'pending', 'canceled')], [1, status('t1', 'pending', 'processing')]))).toBe(
      'canceled',
    );
  });

  test('that has not ended is lost if it was accepted', () => {
    const accepted = lifeOf([0, submitted('t1')], [1, started('t1', 'w1')]);
    expect([endOf(accepted), isLost(accepted)]).toEqual([undefined, true]);
    const unknown = lifeOf([0, submitting('t1')]);
    expect([endOf(unknown), isLost(unknown)]).toEqual([undefined, false]);
  });
});
