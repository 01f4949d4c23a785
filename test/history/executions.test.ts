import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { executionsOf } from '../../src/history/executions.ts';
import { anyHistory } from './generated.ts';
import { endOfStart, of } from './naive.ts';
import { finished, hostCrashed, started, workerStarted, workerStopped, written } from './written.ts';

describe('executions', () => {
  test('a start and the end of the same task on the same worker are partners, and no others', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const expected = new Array(history.events.length).fill(-1);
        for (const { at } of of(history, 'started')) {
          const end = endOfStart(history, at);
          expected[at] = end;
          if (end !== -1) expected[end] = at;
        }
        expect([...executionsOf(history).partner]).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('a worker that announced itself and never reports an end has crashed', () => {
    const history = written(
      [0, workerStarted('w1')],
      [0, workerStarted('w2')],
      [1, started('t1', 'w1')],
      [1, started('t2', 'w2')],
      [2, finished('t2', 'w2')],
      [3, workerStopped('w2')],
    );
    expect([...executionsOf(history).died]).toEqual([[2, [2]]]);
  });

  test('a worker that announced itself again after a crash is not taken to be running the old task', () => {
    const history = written(
      [0, workerStarted('w1')],
      [1, started('t1', 'w1')],
      [5, workerStarted('w1')],
      [6, started('t1', 'w1')],
      [7, finished('t1', 'w1')],
    );
    const { partner, died } = executionsOf(history);
    expect([...died]).toEqual([[1, [1]]]);
    expect([...partner]).toEqual([-1, -1, -1, 4, 3]);
  });

  test('a worker that never announced itself is taken to run on', () => {
    expect(executionsOf(written([1, started('t1', 'w1')])).died.size).toBe(0);
  });

  test('a handler dies with its host, and not with another', () => {
    const history = written(
      [0, workerStarted('w1', 'app-1')],
      [0, workerStarted('w2', 'app-2')],
      [1, started('t1', 'w1')],
      [1, started('t2', 'w1')],
      [1, started('t3', 'w2')],
      [2, finished('t2', 'w1')],
      [3, hostCrashed('app-1')],
      [4, finished('t3', 'w2')],
      [5, workerStarted('w1', 'app-1')],
      [6, started('t1', 'w1')],
      [7, finished('t1', 'w1')],
    );
    const { partner, died } = executionsOf(history);
    expect([...died]).toEqual([[6, [2]]]);
    expect([partner[2], partner[9]]).toEqual([-1, 10]);
  });
});
