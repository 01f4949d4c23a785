import { describe, expect, test } from 'vitest';
import { priorityOrder } from '../../../src/history/invariants/priority-order.ts';
import { claimed, emptyPoll, submitted, submitting, written } from '../written.ts';

const check = priorityOrder.check;

const twoWaiting = [
  [0, submitting('low', 'example', 0)],
  [1, submitted('low')],
  [2, submitting('high', 'example', 5)],
  [3, submitted('high')],
] as const;

describe('priority-order', () => {
  test('holds where the more urgent task is claimed first, though it came later', () => {
    const history = written(...twoWaiting, [4, emptyPoll('w1')], [5, claimed('high', 'w1')], [6, claimed('low', 'w1')]);
    expect(check(history)).toEqual([]);
  });

  test('a task that is claimed while a more urgent one waits is a violation', () => {
    const history = written(...twoWaiting, [4, emptyPoll('w1')], [5, claimed('low', 'w1')], [6, claimed('high', 'w1')]);
    expect(check(history)).toEqual([
      {
        message:
          'high (example) of priority 5 was accepted at 3 ms and claimed at 6 ms, after low of priority 0, which was ' +
          'claimed at 5 ms',
        events: [0, 3, 5, 6],
      },
    ]);
  });

  test('a claim that was under way when the more urgent task was accepted is no breach', () => {
    const history = written(
      [0, emptyPoll('w1')],
      ...twoWaiting.map(([atMs, event]) => [atMs + 1, event] as const),
      [5, claimed('low', 'w1')],
      [6, claimed('high', 'w1')],
    );
    expect(check(history)).toEqual([]);
  });

  test('says nothing of tasks of equal priority, of another type, or without a priority', () => {
    const history = written(
      [0, submitting('a', 'example', 5)],
      [0, submitted('a')],
      [0, submitting('b', 'example', 5)],
      [0, submitted('b')],
      [0, submitting('c', 'email')],
      [0, submitted('c', 'email')],
      [1, emptyPoll('w1')],
      [2, claimed('c', 'w1')],
      [3, claimed('b', 'w1')],
      [4, claimed('a', 'w1')],
    );
    expect(check(history)).toEqual([]);
  });
});
