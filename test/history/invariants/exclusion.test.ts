import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exclusion } from '../../../src/history/invariants/exclusion.ts';
import { anyHistory } from '../generated.ts';
import { endOfStart, of } from '../naive.ts';
import { finished, hostCrashed, started, workerStarted, written } from '../written.ts';

describe('exclusion', () => {
  test('a task that is run again after its end, or after its host crashed, is not run twice at once', () => {
    const history = written(
      [0, workerStarted('w1', 'app-1')],
      [0, workerStarted('w2', 'app-2')],
      [1, started('t1', 'w1')],
      [5, hostCrashed('app-1')],
      [6, started('t1', 'w2')],
      [7, finished('t1', 'w2')],
      [8, started('t1', 'w2')],
      [9, finished('t1', 'w2')],
    );
    expect(exclusion.check(history)).toEqual([]);
  });

  test('a start while another worker, or the same one, still runs the task is a violation', () => {
    const history = written(
      [1, started('t1', 'w1')],
      [2, started('t1', 'w2')],
      [3, finished('t1', 'w1')],
      [4, started('t1', 'w2')],
    );
    expect(exclusion.check(history)).toEqual([
      {
        message: 't1 (example) was started by w2 at 2 ms while w1, which had started it at 1 ms, still ran it',
        events: [0, 1],
      },
      {
        message: 't1 (example) was started by w2 at 4 ms while w2, which had started it at 2 ms, still ran it',
        events: [1, 3],
      },
    ]);
  });

  test('in one line: when a task starts, all its earlier starts have ended', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const holds = of(history, 'started').every((start) =>
          of(history, 'started').every((earlier) => {
            const end = endOfStart(history, earlier.at);
            return earlier.task !== start.task || earlier.at >= start.at || (end !== -1 && end < start.at);
          }),
        );
        expect(exclusion.check(history).length === 0).toBe(holds);
      }),
      { numRuns: 500 },
    );
  });
});
