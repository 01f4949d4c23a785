import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../../src/history/history.ts';
import { noStarvation } from '../../../src/history/invariants/no-starvation.ts';
import { finished, started, status, submitted, submitting, workerStarted, written } from '../written.ts';

const check = noStarvation.check;
type Entry = readonly [atMs: number, event: HistoryEvent];

const first: readonly Entry[] = [
  [0, submitting('t0')],
  [0, submitted('t0')],
];
/** So many later tasks that are submitted and run, one a ms. */
const later = (count: number, type = 'example'): Entry[] =>
  Array.from({ length: count }, (_, place): Entry[] => [
    [place + 1, submitting(`t${place + 1}`, type)],
    [place + 1, submitted(`t${place + 1}`, type)],
    [place + 1, started(`t${place + 1}`, 'w1', type)],
    [place + 1, finished(`t${place + 1}`, 'w1', 'success', type)],
  ]).flat();

describe('no-starvation', () => {
  test('a task may be overtaken by 100 later ones, and not by 101', () => {
    expect(check(written(...first, ...later(100), [200, started('t0', 'w2')]))).toEqual([]);
    expect(check(written(...first, ...later(101), [200, started('t0', 'w2')]))).toEqual([
      {
        message: 't0 (example) waited from 0 ms to 200 ms, while 101 tasks that were submitted later started',
        events: [1, 406],
      },
    ]);
  });

  test('many workers overtake each other by chance: three times for each is allowed', () => {
    const workers = (count: number) =>
      Array.from({ length: count }, (_, place): Entry => [0, workerStarted(`w${place}`)]);
    const rest: Entry[] = [...first, ...later(101), [200, started('t0', 'w2')]];
    expect(check(written(...workers(33), ...rest))).toHaveLength(1);
    expect(check(written(...workers(34), ...rest))).toEqual([]);
  });

  test('a task that waits at the end of the history starves, one that was canceled in time does not', () => {
    expect(check(written(...first, ...later(101)))).toHaveLength(1);
    const canceled: Entry = [50.5, status('t0', 'pending', 'canceled')];
    expect(check(written(...first, ...[...later(101), canceled].sort(([a], [b]) => a - b)))).toEqual([]);
  });

  test('says nothing of tasks of another type, or of tasks that were submitted before', () => {
    expect(check(written(...first, ...later(200, 'email')))).toEqual([]);
    const last: Entry[] = [
      [300, submitting('t300')],
      [300, submitted('t300')],
    ];
    expect(check(written(...later(200), ...last))).toEqual([]);
  });

  test('tasks that starve together are one violation, told by the one overtaken most', () => {
    const second: Entry[] = [
      [1.5, submitting('u')],
      [1.5, submitted('u')],
    ];
    const history = written(...[...first, ...later(150), ...second].sort(([a], [b]) => a - b));
    expect(check(history).map(({ message }) => message)).toEqual([
      't0 (example) waited from 0 ms to 150 ms, while 150 tasks that were submitted later started; 1 more starved meanwhile',
    ]);
  });
});
