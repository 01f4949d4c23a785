import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/engine/events.ts';
import { isLegalTransition, isTerminal } from '../../../src/engine/task.ts';
import type { History, HistoryEvent } from '../../../src/history/history.ts';
import type { Invariant } from '../../../src/history/invariant.ts';
import { boundedQueries } from '../../../src/history/invariants/bounded-queries.ts';
import { concurrencyLimit } from '../../../src/history/invariants/concurrency-limit.ts';
import { fifoPerType } from '../../../src/history/invariants/fifo-per-type.ts';
import { INVARIANTS } from '../../../src/history/invariants/index.ts';
import { legalLifecycle } from '../../../src/history/invariants/legal-lifecycle.ts';
import { noDuplicateExecution } from '../../../src/history/invariants/no-duplicate-execution.ts';
import { noLostWakeup } from '../../../src/history/invariants/no-lost-wakeup.ts';
import { noStarvation } from '../../../src/history/invariants/no-starvation.ts';
import { noTaskLost } from '../../../src/history/invariants/no-task-lost.ts';
import { noTokenLeak } from '../../../src/history/invariants/no-token-leak.ts';
import { priorityOrder } from '../../../src/history/invariants/priority-order.ts';
import { workConserving } from '../../../src/history/invariants/work-conserving.ts';
import { anyHistory, busyHistory, claimHistory, soundHistory, wakeUpHistory } from '../generated.ts';
import { claimsOf, of, runningAt, tasksOf, wasIdle } from '../naive.ts';
import { fetched, started, submitted, submitting, woken } from '../written.ts';

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

  test('fifo-per-type: who was accepted before another was asked for begins its claim before the other has won his', () => {
    agrees(fifoPerType, fc.oneof(busyHistory, claimHistory), (history) => {
      const claims = claimsOf(history);
      return claims.every((a) =>
        claims.every((b) => {
          const isLater = a.type === b.type && a.priority === b.priority && a.accepted !== -1 && b.asked > a.accepted;
          return !(isLater && b.claimed <= a.began);
        }),
      );
    });
  });

  test('priority-order: who waits when a less urgent claim begins has begun its own before that is won', () => {
    agrees(priorityOrder, fc.oneof(busyHistory, claimHistory), (history) => {
      const claims = claimsOf(history);
      return claims.every((a) =>
        claims.every((b) => {
          const isWaiting = a.type === b.type && a.priority > b.priority && a.accepted !== -1 && a.accepted <= b.began;
          return !(isWaiting && b.claimed <= a.began);
        }),
      );
    });
  });

  test('no-starvation: no more than a hundred later tasks start before one', () => {
    const ids = Array.from({ length: 120 }, (_, place) => `t${place}`);
    const shuffled = fc
      .tuple(fc.shuffledSubarray(ids, { minLength: 100 }), fc.nat({ max: 119 }))
      .map(([order, late]) => {
        const events: HistoryEvent[] = [...ids.keys()].flatMap((n) => [submitting(`t${n}`), submitted(`t${n}`)]);
        const starts = order.map((id) => started(id, 'w1'));
        // One of them is asked for only after all others, and may have started before that.
        const last = events.splice(2 * late, 2);
        return {
          events: [...events, ...starts, ...last],
          timesUs: Array.from({ length: 240 + order.length }, () => 0),
        };
      });
    agrees(noStarvation, shuffled, (history) => {
      const starts = of(history, 'started');
      const asked = new Map(of(history, 'submitting').map(({ task, at }) => [task, at]));
      return of(history, 'submitted').every(({ task, at }) => {
        const start = starts.find((each) => each.task === task)?.at ?? history.events.length;
        return starts.filter((each) => each.at < start && (asked.get(each.task) as number) > at).length <= 100;
      });
    });
  });

  const tokenless = busyHistory.map(({ events, timesUs }): History => {
    const kept = [...events.keys()].filter((at) => !events[at]?.kind.startsWith('token'));
    return { events: kept.map((at) => events[at] as HistoryEvent), timesUs: kept.map((at) => timesUs[at] as number) };
  });

  test('no-lost-wakeup: no task waits with room for 10 s beside a worker that is silent for 10 s', () => {
    agrees(noLostWakeup, tokenless, (history) => !wasIdle(history, 10e6, () => true));
  });

  test('work-conserving: no task waits with room for 1 s beside a worker that idles for 1 s', () => {
    const anew = ({ kind }: HistoryEvent) => ['worker-started', 'started', 'finished'].includes(kind);
    agrees(workConserving, tokenless, (history) => !wasIdle(history, 1e6, anew));
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

// Between hosts a reply may be lost: that every post is answered is for in-process runners.
const anywhere = INVARIANTS.filter(({ id }) => id !== 'posts-answered');

test.each(anywhere)('$id holds on every sound history', (invariant) => {
  fc.assert(
    fc.property(soundHistory, (history) => {
      expect(invariant.check(history)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test.each(INVARIANTS)('a violation of $id points at events of the history, in their order', (invariant) => {
  fc.assert(
    fc.property(fc.oneof(anyHistory, wakeUpHistory, busyHistory), (history) => {
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
