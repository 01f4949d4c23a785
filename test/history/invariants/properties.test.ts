import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/engine/events.ts';
import { isLegalTransition, isTerminal } from '../../../src/engine/task.ts';
import type { History } from '../../../src/history/history.ts';
import type { Invariant } from '../../../src/history/invariant.ts';
import { boundedQueries } from '../../../src/history/invariants/bounded-queries.ts';
import { concurrencyLimit } from '../../../src/history/invariants/concurrency-limit.ts';
import { INVARIANTS } from '../../../src/history/invariants/index.ts';
import { legalLifecycle } from '../../../src/history/invariants/legal-lifecycle.ts';
import { noDuplicateExecution } from '../../../src/history/invariants/no-duplicate-execution.ts';
import { noTaskLost } from '../../../src/history/invariants/no-task-lost.ts';
import { noTokenLeak } from '../../../src/history/invariants/no-token-leak.ts';
import { anyHistory, soundHistory, wakeUpHistory } from '../generated.ts';
import { of, runningAt, tasksOf } from '../naive.ts';
import { fetched, started, woken } from '../written.ts';

const holds = (invariant: Invariant, history: History) => invariant.check(history).length === 0;

describe('each invariant in one line', () => {
  /** The invariant and its statement agree on every history. */
  const agrees = (invariant: Invariant, histories: fc.Arbitrary<History>, statement: (history: History) => boolean) =>
    fc.assert(
      fc.property(histories, (history) => {
        expect(holds(invariant, history)).toBe(statement(history));
      }),
      { numRuns: 500 },
    );

  test('no-task-lost: every accepted task has finished, was canceled or expired', () => {
    agrees(noTaskLost, anyHistory, (history) =>
      of(history, 'submitted').every(({ task }) => {
        const canceled = of(history, 'status').filter(({ to }) => to === 'canceled');
        return [...of(history, 'finished'), ...canceled, ...of(history, 'expired')].some((end) => end.task === task);
      }),
    );
  });

  test('no-duplicate-execution: there are as many starts as tasks that started', () => {
    agrees(noDuplicateExecution, anyHistory, (history) => {
      const starts = of(history, 'started').map(({ task }) => task);
      return starts.length === new Set(starts).size;
    });
  });

  test('concurrency-limit: after every start, no more run than the limit announced last', () => {
    agrees(concurrencyLimit, anyHistory, (history) =>
      of(history, 'started').every(({ type, at }) => {
        const limit = of(history, 'limit-changed').findLast((change) => change.type === type && change.at < at)?.limit;
        return runningAt(history, type, at) <= (limit ?? Number.POSITIVE_INFINITY);
      }),
    );
  });

  test('no-token-leak: every acquisition has a later release', () => {
    agrees(noTokenLeak, anyHistory, (history) =>
      of(history, 'token-acquired').every(({ token, at }) =>
        of(history, 'token-released').some((release) => release.token === token && release.at > at),
      ),
    );
  });

  test('legal-lifecycle: each write is a legal step from the one before it, the first from pending', () => {
    agrees(legalLifecycle, anyHistory, (history) =>
      tasksOf(history).every((id) => {
        const writes = of(history, 'status').filter(({ task }) => task === id);
        return writes.every(({ from, to }, place) => {
          const before = writes[place - 1]?.to ?? 'pending';
          return from === before && !isTerminal(before) && isLegalTransition(from, to);
        });
      }),
    );
  });

  test('bounded-queries: a fetch by signal that finds nothing follows one that found a task, or a new signal', () => {
    agrees(boundedQueries, wakeUpHistory, (history) => {
      const beginOf = (at: number) => of(history, 'woken').findLast((wake) => wake.at < at);
      const fetches = of(history, 'query').filter(({ query }) => query === 'fetch-pending');
      return fetches.every(({ found, at }, place) => {
        const before = fetches[place - 1];
        if (found || beginOf(at)?.by === 'timer' || before === undefined || before.found) return true;
        const sinceUntil = [beginOf(before.at)?.at as number, beginOf(at)?.at as number] as const;
        return of(history, 'signalled').some((signal) => signal.at > sinceUntil[0] && signal.at < sinceUntil[1]);
      });
    });
  });
});

test.each(INVARIANTS)('$id holds on every sound history', (invariant) => {
  fc.assert(
    fc.property(soundHistory, (history) => {
      expect(invariant.check(history)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test.each(INVARIANTS)('a violation of $id points at events of the history, in their order', (invariant) => {
  fc.assert(
    fc.property(fc.oneof(anyHistory, wakeUpHistory), (history) => {
      for (const { message, events } of invariant.check(history)) {
        expect(message).not.toMatch(/undefined|NaN|-1/);
        expect(events.length).toBeGreaterThan(0);
        expect(events).toEqual([...new Set(events)].filter((at) => at in history.events).sort((a, b) => a - b));
      }
    }),
    { numRuns: 500 },
  );
});

describe('a sound history with one thing changed', () => {
  /** Changes one of the places that fit, any of them; the invariant must notice. */
  const notices = (
    invariant: Invariant,
    fits: (event: EngineEvent, at: number, history: History) => boolean,
    change: (event: EngineEvent, history: History) => readonly EngineEvent[],
  ) =>
    fc.assert(
      fc.property(soundHistory, fc.nat(), (history, pick) => {
        const places = [...history.events.keys()].filter((at) => fits(history.events[at] as EngineEvent, at, history));
        fc.pre(places.length > 0);
        const place = places[pick % places.length] as number;
        const changed = change(history.events[place] as EngineEvent, history);
        const mutant = {
          events: history.events.toSpliced(place, 1, ...changed),
          timesUs: history.timesUs.toSpliced(place, 1, ...changed.map(() => history.timesUs[place] as number)),
        };
        expect(invariant.check(mutant)).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  const ends = (event: EngineEvent) =>
    event.kind === 'finished' || event.kind === 'expired' || (event.kind === 'status' && event.to === 'canceled');

  test('an end is missing: no-task-lost notices', () => {
    notices(noTaskLost, ends, () => []);
  });

  test('a start is doubled: no-duplicate-execution notices', () => {
    notices(
      noDuplicateExecution,
      ({ kind }) => kind === 'started',
      (event) => [event, event],
    );
  });

  test('as many start beside one as its limit allows: concurrency-limit notices', () => {
    notices(
      concurrencyLimit,
      ({ kind }) => kind === 'started',
      (event, history) => {
        const { type } = event as { readonly type: string };
        const limit = of(history, 'limit-changed').find((change) => change.type === type)?.limit as number;
        return [event, ...Array.from({ length: limit }, (_, place) => started(`u${place}`, `v${place}`, type))];
      },
    );
  });

  test('a token is not given back: no-token-leak notices', () => {
    notices(
      noTokenLeak,
      ({ kind }) => kind === 'token-released',
      () => [],
    );
  });

  test('a status that is not the last is missing: legal-lifecycle notices', () => {
    notices(
      legalLifecycle,
      (event, at, history) =>
        event.kind === 'status' && of(history, 'status').some((later) => later.at > at && later.task === event.task),
      () => [],
    );
  });

  test('a last status is written again: legal-lifecycle notices', () => {
    notices(
      legalLifecycle,
      (event) => event.kind === 'status' && isTerminal(event.to),
      (event) => [event, event],
    );
  });

  test('a wake-up in vain follows another: bounded-queries notices', () => {
    notices(
      boundedQueries,
      (event) => event.kind === 'query' && event.query === 'fetch-pending' && !event.found,
      (event) => [event, woken('signal', 0, 'delayed'), fetched(false, 'delayed')],
    );
  });
});
