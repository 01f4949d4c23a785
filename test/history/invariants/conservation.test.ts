import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaskStatus } from '../../../src/engine/task.ts';
import { isTerminal } from '../../../src/engine/task.ts';
import type { HistoryEvent } from '../../../src/history/history.ts';
import { conservation } from '../../../src/history/invariants/conservation.ts';
import { soundHistory } from '../generated.ts';
import {
  claimed,
  conflict,
  finished,
  hostCrashed,
  released,
  started,
  status,
  workerStarted,
  written,
} from '../written.ts';

const recovered = (task: string, worker: string): HistoryEvent => ({ kind: 'recovered', task, worker });
const settleFailed = (task: string, worker: string): HistoryEvent => ({
  kind: 'settle-failed',
  task,
  worker,
  error: 'ERR',
});
const counted = (task: string, from: TaskStatus, to: TaskStatus, sequence: number): HistoryEvent => ({
  kind: 'status',
  task,
  from,
  to,
  sequence,
});

type Entry = readonly [atMs: number, event: HistoryEvent];
const told = (...entries: readonly Entry[]) => conservation.check(written(...entries)).map(({ message }) => message);

/** Claimed and started. */
const running = (worker: string, atMs: number): readonly Entry[] => [
  [atMs, status('t1', 'pending', 'processing')],
  [atMs, claimed('t1', worker)],
  [atMs, started('t1', worker)],
];
/** Finished and written. */
const ending = (worker: string, atMs: number): readonly Entry[] => [
  [atMs, finished('t1', worker)],
  [atMs + 1, status('t1', 'processing', 'success')],
];

describe('conservation', () => {
  test('a task that is claimed while another worker runs it is in two hands', () => {
    expect(conservation.check(written(...running('w1', 1), ...running('w2', 5)))).toEqual([
      { message: 't1 was claimed by w2 at 5 ms while w1, which had had it since 1 ms, still had it', events: [1, 4] },
    ]);
  });

  test('a task that is claimed after its end is in two places, as when the head of a queue was read just before', () => {
    expect(conservation.check(written(...running('w1', 1), ...ending('w1', 5), ...running('w2', 7)))).toEqual([
      { message: 't1 was claimed by w2 at 7 ms after its end (success) at 6 ms', events: [4, 6] },
    ]);
    expect(told([1, status('t1', 'pending', 'canceled')], ...running('w2', 7))).toEqual([
      't1 was claimed by w2 at 7 ms after its end (canceled) at 1 ms',
    ]);
  });

  test('a task that is over does not become ready again', () => {
    expect(told(...running('w1', 1), ...ending('w1', 5), [8, status('t1', 'processing', 'pending')])).toEqual([
      't1 was ready again at 8 ms after its end (success) at 6 ms',
    ]);
  });

  test('a task that was taken over is its new worker’s, and what the old one makes of it must not count', () => {
    const takenOver = [...running('w1', 1), [60, recovered('t1', 'w2')], ...running('w2', 61)] as const;
    expect(told(...takenOver, ...ending('w2', 80))).toEqual([]);
    expect(told(...takenOver, ...ending('w1', 70))).toEqual([
      't1 was given its end (success) at 71 ms while w2, which had had it since 61 ms, still had it',
    ]);
    expect(told(...takenOver, [70, finished('t1', 'w1')], [71, conflict('t1', 'w1')], ...ending('w2', 80))).toEqual([]);
  });

  test('what a dead worker had is nobody’s: it may be claimed', () => {
    const announced = [
      [0, workerStarted('w1', 'app-1')],
      [0, workerStarted('w2', 'app-2')],
    ] as const;
    for (const last of [hostCrashed('app-1'), workerStarted('w1', 'app-1'), settleFailed('t1', 'w1')]) {
      const lives = [...announced, ...running('w1', 1), [5, last], ...running('w2', 9), ...ending('w2', 12)] as const;
      expect(told(...lives)).toEqual([]);
    }
    const otherCrash = [...announced, ...running('w1', 1), [5, hostCrashed('app-2')], ...running('w3', 9)] as const;
    expect(told(...otherCrash, ...ending('w1', 12))).toContain(
      't1 was claimed by w3 at 9 ms while w1, which had had it since 1 ms, still had it',
    );
  });

  test('a worker that gives a task back may hear of it after another has claimed it', () => {
    const overtaken = [[1, claimed('t1', 'w1')], ...running('w2', 5)] as const;
    expect(told(...overtaken, [6, released('t1', 'w1')], ...ending('w2', 9))).toEqual([]);
    expect(told(...overtaken, [6, started('t1', 'w1')])).toEqual([
      't1 was claimed by w2 at 5 ms while w1, which had had it since 1 ms, still had it',
    ]);
  });

  test('a claim while the outcome is being written is a violation once it was written, and none where it could not be', () => {
    const meanwhile = [...running('w1', 1), [5, finished('t1', 'w1')], [6, claimed('t1', 'w2')]] as const;
    expect(told(...meanwhile)).toEqual([]);
    expect(told(...meanwhile, [7, settleFailed('t1', 'w1')], [8, started('t1', 'w2')])).toEqual([]);
    expect(told(...meanwhile, [7, status('t1', 'processing', 'success')])).toEqual([
      't1 was claimed by w2 at 6 ms while w1, which had had it since 1 ms, still had it',
    ]);
  });

  test('a task that its worker marks failed for want of a token is over, in one place', () => {
    const marked = [
      [1, claimed('t1', 'w1')],
      [2, conflict('t1', 'w1')],
      [3, status('t1', 'processing', 'failed')],
    ] as const;
    expect(told(...marked)).toEqual([]);
    expect(told(...marked, ...running('w2', 5))).toHaveLength(1);
  });

  test('who cancels a task that he believes pending, while a worker runs it, cancels it in vain', () => {
    expect(told(...running('w1', 1), [2, status('t1', 'pending', 'canceled')], ...ending('w1', 5))).toEqual([
      't1 was given its end (canceled) at 2 ms while w1, which had had it since 1 ms, still had it',
    ]);
    expect(told(...running('w1', 1), [2, status('t1', 'processing', 'canceled')], [5, finished('t1', 'w1')])).toEqual(
      [],
    );
  });

  test('counted attempts tell that an earlier one ended unseen, and that a late answer is an old one', () => {
    const attempt = (worker: string, number: number, atMs: number): readonly Entry[] => [
      [atMs, counted('t1', 'pending', 'processing', 2 * number - 1)],
      [atMs, claimed('t1', worker)],
      [atMs, started('t1', worker)],
    ];
    const unseen = [...attempt('w1', 1, 1), ...attempt('w2', 2, 40)] as const;
    expect(told(...unseen)).toEqual([]);
    const done = [
      [50, finished('t1', 'w2')],
      [51, counted('t1', 'processing', 'success', 4)],
    ] as const;
    expect(
      told(...unseen, ...done, [52, counted('t1', 'processing', 'pending', 2)], [52, released('t1', 'w1')]),
    ).toEqual([]);
    expect(told(...unseen, ...done, ...attempt('w3', 3, 60))).toEqual([
      't1 was claimed by w3 at 60 ms after its end (success) at 51 ms',
    ]);
    expect(told(...attempt('w1', 1, 1), ...attempt('w2', 1, 2))).toHaveLength(1);
    expect(told(...unseen, [50, finished('t1', 'w1')], [51, counted('t1', 'processing', 'success', 6)])).toEqual([]);
  });

  describe('notices in a sound history', () => {
    /** Something is added right after an event, or where another of the task is; see `place`. */
    const notices = (
      fits: (event: HistoryEvent) => event is HistoryEvent & { readonly task: string },
      add: (task: string) => readonly HistoryEvent[],
    ) =>
      fc.assert(
        fc.property(soundHistory, fc.nat(), ({ events, timesUs }, pick) => {
          const places = [...events.keys()].filter((at) => fits(events[at] as HistoryEvent));
          fc.pre(places.length > 0);
          const at = places[pick % places.length] as number;
          const { task } = events[at] as { readonly task: string };
          const added = add(task);
          const mutant = {
            events: events.toSpliced(at + 1, 0, ...added),
            timesUs: timesUs.toSpliced(at + 1, 0, ...added.map(() => timesUs[at] as number)),
          };
          expect(conservation.check(mutant)).not.toEqual([]);
        }),
        { numRuns: 300 },
      );
    const starts = (event: HistoryEvent) => event.kind === 'started';
    const ends = (event: HistoryEvent) => event.kind === 'status' && isTerminal(event.to);

    test('a second claim of what runs', () => {
      notices(starts as never, (task) => [claimed(task, 'somebody')]);
    });

    test('a claim of what is over', () => {
      notices(ends as never, (task) => [claimed(task, 'somebody')]);
    });

    test('that what is over is ready again', () => {
      notices(ends as never, (task) => [status(task, 'processing', 'pending')]);
    });

    test('an end of what another runs', () => {
      notices(starts as never, (task) => [status(task, 'pending', 'canceled')]);
    });
  });
});
