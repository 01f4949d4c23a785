import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/engine/events.ts';
import { boundedQueries } from '../../../src/history/invariants/bounded-queries.ts';
import { askedNextTime, fetched, signalled, woken, written } from '../written.ts';

const check = boundedQueries.check;
const inVain = [woken('signal'), fetched(false), askedNextTime()];

/** One event a ms. */
const inTurn = (...events: readonly EngineEvent[]) => written(...events.map((event, place) => [place, event] as const));
const times = (count: number, events: readonly EngineEvent[]) => Array.from({ length: count }, () => events).flat();

describe('bounded-queries', () => {
  test('holds where each wake-up has a signal of its own', () => {
    expect(check(inTurn(...times(3, [signalled(), ...inVain])))).toEqual([]);
  });

  test('20 piled-up signals that are counted waste 38 queries, in one violation', () => {
    const history = inTurn(...times(20, [signalled()]), ...times(20, inVain));
    const violations = check(history);
    expect(violations.map(({ message }) => message)).toEqual([
      'example: 19 wake-ups in a row without a new signal, from 23 ms to 79 ms, wasted 38 queries',
    ]);
    expect(violations[0]?.events).toEqual([21, ...Array.from({ length: 57 }, (_, place) => 23 + place)]);
  });

  test('20 piled-up signals that are drained waste none', () => {
    expect(check(inTurn(...times(20, [signalled()]), woken('signal', 19), fetched(false), askedNextTime()))).toEqual(
      [],
    );
  });

  test('a signal that is sent while a fetch is under way justifies the next, though the channel was full', () => {
    const history = inTurn(signalled(), woken('signal'), signalled('example', false), fetched(false), ...inVain);
    expect(check(history)).toEqual([]);
  });

  test('a fetch that found a task justifies the next', () => {
    const history = inTurn(signalled(), woken('signal'), fetched(true), ...inVain);
    expect(check(history)).toEqual([]);
  });

  test('a fetch that finds a task is not wasted', () => {
    expect(check(inTurn(signalled(), ...inVain, woken('signal'), fetched(true)))).toEqual([]);
  });

  test('the first fetch is justified', () => {
    expect(check(inTurn(...inVain))).toEqual([]);
  });

  test('a wake-up by the timer is justified, and ends a run of wasted ones', () => {
    const byTimer = [woken('timer'), fetched(false), askedNextTime()];
    const history = inTurn(signalled(), ...inVain, ...byTimer, ...inVain, ...byTimer, ...inVain, ...inVain);
    expect(check(history).map(({ message }) => message)).toEqual([
      'example: 1 wake-up without a new signal, from 7 ms to 9 ms, wasted 2 queries',
      'example: 2 wake-ups in a row without a new signal, from 13 ms to 18 ms, wasted 4 queries',
    ]);
  });

  test('a fetch that failed has seen nothing: its signal still justifies the next', () => {
    const failed: EngineEvent = { kind: 'poll-failed', worker: 'example', error: 'Connection is closed.' };
    const history = inTurn(signalled(), ...inVain, signalled(), woken('signal'), failed, ...inVain);
    expect(check(history)).toEqual([]);
  });

  test('signals of one type justify nothing for another', () => {
    const history = inTurn(...inVain, signalled('email'), ...inVain);
    expect(check(history)).toHaveLength(1);
  });
});
