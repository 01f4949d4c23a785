import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../../src/history/history.ts';
import { workConserving } from '../../../src/history/invariants/work-conserving.ts';
import {
  claimed,
  conflict,
  emptyPoll,
  finished,
  hostCrashed,
  hostPaused,
  limitChanged,
  released,
  started,
  submitted,
  tokenAcquired,
  workerStarted,
  workerStopped,
  written,
} from '../written.ts';

const check = workConserving.check;
type Entry = readonly [atMs: number, event: HistoryEvent];

/** One worker, and a task that it could run. */
const idling: readonly Entry[] = [
  [0, workerStarted('w1')],
  [100, submitted('t1')],
];
const ran = (atMs: number, task = 't1', worker = 'w1'): Entry[] => [
  [atMs, claimed(task, worker)],
  [atMs, started(task, worker)],
];
const stopped = (atMs: number): Entry => [atMs, workerStopped('w1')];

describe('work-conserving', () => {
  test('a worker may take a second to get to a task, and no longer', () => {
    expect(check(written(...idling, ...ran(1100), [9000, finished('t1', 'w1')]))).toEqual([]);
    expect(check(written(...idling, ...ran(1101), [9000, finished('t1', 'w1')]))).toEqual([
      {
        message:
          'example had a task waiting, room for it and a worker from 100 ms to 1101 ms: first t1, waiting since 100 ms, and ' +
          'w1, idle since 0 ms',
        events: [0, 1, 2],
      },
    ]);
  });

  test('polls and lost races are idleness, and so is waiting for a token with a task in hand', () => {
    const history = written(
      [0, limitChanged(1)],
      [0, workerStarted('w1')],
      [0, workerStarted('w2')],
      [1, submitted('t1')],
      [2, submitted('t2')],
      [3, submitted('t3', 'email')],
      ...ran(10),
      ...[10, 1000, 2000, 3000].map((atMs): Entry => [atMs, conflict('t2', 'w2')]),
      [4000, finished('t1', 'w1')],
      ...ran(4001, 't2', 'w2'),
      [4002, started('t3', 'w1', 'email')],
    );
    expect(check(history).map(({ message }) => message)).toEqual([
      'email had a task waiting, room for it and a worker from 3 ms to 4001 ms: first t3, waiting since 3 ms, and w2, idle ' +
        'since 0 ms',
    ]);
  });

  test('holds where all workers run, and where a backlog waits for them', () => {
    const busy = Array.from({ length: 40 }, (_, place): Entry[] => [
      [100 * place + 1, started(`t${place}`, 'w1')],
      [100 * place + 100, finished(`t${place}`, 'w1')],
    ]).flat();
    const backlog = Array.from({ length: 40 }, (_, place): Entry => [0, submitted(`t${place}`)]);
    expect(check(written([0, workerStarted('w1')], ...backlog, ...busy))).toEqual([]);
  });

  test('holds where the type has no room, or only just has', () => {
    const history = written(
      [0, limitChanged(1)],
      [0, workerStarted('w2')],
      [0, started('t0', 'w1')],
      [1, submitted('t1')],
      [5000, finished('t0', 'w1')],
      ...ran(6000, 't1', 'w2'),
    );
    expect(check(history)).toEqual([]);
  });

  test('one violation for each time, not for each event of it', () => {
    const polls = [500, 1200, 1300, 2000].map((atMs): Entry => [atMs, emptyPoll('w1')]);
    const again: Entry[] = [[3000, submitted('t2')], ...ran(5000, 't2'), [5001, finished('t2', 'w1')]];
    const history = written(...idling, ...polls, ...ran(2500), [2600, finished('t1', 'w1')], ...again);
    expect(check(history).map(({ events }) => events.at(-1))).toEqual([6, 10]);
  });

  test('a task that waits when the history ends was missed, unless all workers had stopped', () => {
    expect(check(written(...idling))).toHaveLength(1);
    expect(check(written(...idling, stopped(200)))).toEqual([]);
  });

  test('a task that was given back waits again', () => {
    const givenBack: Entry[] = [
      [200, claimed('t1', 'w1')],
      [300, released('t1', 'w1')],
    ];
    expect(check(written(...idling, ...givenBack, stopped(1300)))).toEqual([]);
    expect(check(written(...idling, ...givenBack, stopped(1301)))).toHaveLength(1);
  });

  test('a worker does not idle while its host stands still', () => {
    const pause: Entry = [101, hostPaused(5000)];
    expect(check(written(...idling, pause, stopped(6101)))).toEqual([]);
    expect(check(written(...idling, pause, stopped(6102)))[0]?.message).toContain('from 5101 ms to 6102 ms');
  });

  test('says nothing of tasks that the dead may have had in hand, nor of the room that their tokens take', () => {
    const history = written(
      ...idling,
      [0, workerStarted('w2', 'app-2')],
      [100, limitChanged(1)],
      [101, tokenAcquired('k1')],
      [101, started('t0', 'w2')],
      [102, hostCrashed('app-2')],
      [103, submitted('t2')],
      stopped(50_000),
    );
    expect(check(history)).toEqual([]);
  });

  test('a worker that takes other types does not idle', () => {
    const typed: HistoryEvent = { kind: 'worker-started', worker: 'w1', process: 'app', types: ['email'] };
    expect(check(written([0, typed], [1, submitted('t1')]))).toEqual([]);
    expect(check(written([0, typed], [1, submitted('t1', 'email')]))).toHaveLength(1);
  });
});
