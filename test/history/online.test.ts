import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { History, HistoryEvent } from '../../src/history/history.ts';
import { concurrencyLimit } from '../../src/history/invariants/concurrency-limit.ts';
import { legalLifecycle } from '../../src/history/invariants/legal-lifecycle.ts';
import { noDuplicateExecution } from '../../src/history/invariants/no-duplicate-execution.ts';
import type { OnlineInvariant } from '../../src/history/judge.ts';
import { MOMENTARY_INVARIANTS, OnlineJudge } from '../../src/history/online.ts';
import { soundHistory } from './generated.ts';
import {
  claimed,
  finished,
  hostCrashed,
  limitChanged,
  released,
  started,
  status,
  workerStarted,
  written,
} from './written.ts';

const ONLINE = [...MOMENTARY_INVARIANTS, noDuplicateExecution];

/** What is found first, and the event with which it is. */
function firstFound({ events, timesUs }: History, invariants: readonly OnlineInvariant[] = MOMENTARY_INVARIANTS) {
  const online = new OnlineJudge(invariants);
  for (const [index, event] of events.entries()) {
    const found = online.observe(event, timesUs[index] as number);
    if (found !== undefined) return { index, ...found };
  }
  return undefined;
}

const upTo = ({ events, timesUs }: History, length: number) => ({
  events: events.slice(0, length),
  timesUs: timesUs.slice(0, length),
});

/** Any events at all of two tasks and two workers that never announced themselves: of those nothing is known with hindsight. */
const crowdedHistory: fc.Arbitrary<History> = fc
  .array(
    fc
      .record({ task: fc.constantFrom('t1', 't2'), worker: fc.constantFrom('w1', 'w2'), limit: fc.nat({ max: 2 }) })
      .chain(({ task, worker, limit }) =>
        fc.constantFrom<HistoryEvent>(
          limitChanged(limit),
          claimed(task, worker),
          released(task, worker),
          started(task, worker),
          finished(task, worker),
          status(task, 'pending', 'processing'),
          status(task, 'processing', 'success'),
        ),
      ),
    { maxLength: 15, size: 'max' },
  )
  .map((events) => ({ events, timesUs: events.map((_, place) => place * 1000) }));

/** Statuses of one task as counted writes, each heard at any time. */
const countedHistory: fc.Arbitrary<History> = fc
  .array(
    fc.record({
      sequence: fc.integer({ min: 1, max: 6 }),
      from: fc.constantFrom('pending' as const, 'processing' as const),
      to: fc.constantFrom('pending' as const, 'processing' as const, 'success' as const),
    }),
    { maxLength: 7 },
  )
  .map((writes) => ({
    events: writes.map((write): HistoryEvent => ({ kind: 'status', task: 't1', ...write })),
    timesUs: writes.map((_, place) => place * 1000),
  }));

describe('a judge of what happens', () => {
  test.each(ONLINE)(
    'finds of $id the first violation at the event that shows it, in the words of the whole',
    (invariant) => {
      let found = 0;
      fc.assert(
        fc.property(fc.oneof(crowdedHistory, countedHistory), (history) => {
          const first = firstFound(history, [invariant]);
          const length = [...history.events.keys()].find((at) => invariant.check(upTo(history, at + 1)).length > 0);
          expect(first?.index).toBe(length);
          if (first === undefined) return;
          found++;
          const { message, events } = first;
          expect(invariant.check(upTo(history, first.index + 1))).toContainEqual({ message, events });
        }),
        { numRuns: 400 },
      );
      expect(found).toBeGreaterThan(20);
    },
  );

  test('finds nothing in a sound history', () => {
    fc.assert(
      fc.property(soundHistory, (history) => {
        expect(firstFound(history, ONLINE)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  test('names the invariant, and points at the events it was told', () => {
    const online = new OnlineJudge();
    expect(online.observe(limitChanged(1), 0)).toBeUndefined();
    expect(online.observe(started('t1', 'w1'), 1000)).toBeUndefined();
    expect(online.observe(started('t2', 'w2'), 2000)).toEqual({
      invariant: 'concurrency-limit',
      message: 'up to 2 tasks of example ran at once from 2 ms to the end; the limit is 1',
      events: [0, 1, 2],
    });
  });

  test('has no hindsight: a handler that has not ended runs, until its host crashes', () => {
    const hangs = [
      [0, workerStarted('w1', 'app-1')],
      [0, workerStarted('w2', 'app-2')],
      [0, limitChanged(1)],
      [1, started('t1', 'w1')],
    ] as const;
    const hung = written(...hangs, [2, started('t2', 'w2')], [3, finished('t2', 'w2')]);
    expect(concurrencyLimit.check(hung)).toEqual([]);
    expect(firstFound(hung)).toMatchObject({ index: 4, invariant: 'concurrency-limit' });
    const crashed = written(...hangs, [2, hostCrashed('app-1')], [3, started('t2', 'w2')], [4, finished('t2', 'w2')]);
    expect(firstFound(crashed)).toBeUndefined();
  });

  test('a claim that is shown to be wrong only later is found then', () => {
    const history = written([1, claimed('t1', 'w1')], [2, claimed('t1', 'w2')], [3, started('t1', 'w1')]);
    expect(firstFound(history)).toMatchObject({ index: 2, invariant: 'conservation', events: [0, 1, 2] });
  });

  test('a counted write that is heard late can show the one after it to be wrong', () => {
    const write = (sequence: number, from: 'pending' | 'processing', to: 'processing' | 'success'): HistoryEvent => ({
      ...(status('t1', from, to) as HistoryEvent & { readonly kind: 'status' }),
      sequence,
    });
    const history = written(
      [1, write(1, 'pending', 'processing')],
      [2, write(3, 'pending', 'processing')],
      [3, write(2, 'processing', 'success')],
    );
    expect(firstFound(history, [legalLifecycle])).toMatchObject({
      index: 2,
      message: 't1 went from pending to processing at 2 ms, but had been success since 3 ms, which is final',
    });
  });
});
