import type { EventOf } from '../../engine/events.ts';
import { executionsOf } from '../executions.ts';
import type { History } from '../history.ts';
import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';

/** A time during which more handlers of a type ran than its limit allowed. */
interface Excursion {
  readonly begin: number;
  /** The limit at its beginning, and the index of the `limit-changed` that set it. */
  readonly limit: number;
  readonly limitSetAt: number;
  /** Indexes of the starts of the handlers that ran at the peak. */
  peak: readonly number[];
}

/** A type, as far as the history has been read. */
interface TypeState {
  limit: number;
  limitSetAt: number;
  /** Indexes of the starts of running handlers. */
  readonly running: Set<number>;
  excursion: Excursion | undefined;
}

/**
 * Verifies that no handler starts while as many of its type run as the limit announced last allows, over all processes. One
 * violation for each excursion above the limit, from the start that broke it until the limit holds again.
 *
 * Does not verify a type without a limit, nor handlers that run on from before a limit was lowered. Goes by running handlers,
 * not by Redis's tokens. A handler runs until its host crashes; one that never ends on a host that does not crash counts at its
 * start only, as nobody knows how long it ran: one that hangs for ever goes unseen.
 */
export const concurrencyLimit: Invariant = {
  id: 'concurrency-limit',
  states: 'no type runs more tasks at once than its limit',
  check(history) {
    const { partner, died } = executionsOf(history);
    const types = new Map<string, TypeState>();
    const violations: (Violation & { readonly begin: number })[] = [];

    const endExcursion = (type: string, state: TypeState, end: number | undefined) => {
      if (state.excursion === undefined || (end !== undefined && state.running.size > state.limit)) return;
      violations.push(violationOf(history, type, state.excursion, end));
      state.excursion = undefined;
    };
    for (const [index, event] of history.events.entries()) {
      if (event.kind === 'limit-changed') {
        const state = stateOf(types, event.type);
        // Each process announces the limit: only the first announcement is news.
        if (state.limit !== event.limit) state.limitSetAt = index;
        state.limit = event.limit;
        endExcursion(event.type, state, index);
      } else if (event.kind === 'started') {
        const state = stateOf(types, event.type);
        state.running.add(index);
        if (state.running.size > state.limit) {
          state.excursion ??= { begin: index, limit: state.limit, limitSetAt: state.limitSetAt, peak: [] };
          if (state.running.size > state.excursion.peak.length) state.excursion.peak = [...state.running];
        }
      } else if (event.kind === 'finished' && partner[index] !== -1) {
        const state = stateOf(types, event.type);
        state.running.delete(partner[index] as number);
        endExcursion(event.type, state, index);
      }
      for (const start of died.get(index) ?? []) {
        const { type } = history.events[start] as EventOf<'started'>;
        const state = stateOf(types, type);
        state.running.delete(start);
        endExcursion(type, state, index);
      }
    }
    for (const [type, state] of types) endExcursion(type, state, undefined);
    return violations.sort((a, b) => a.begin - b.begin).map(({ message, events }) => ({ message, events }));
  },
};

/** @param end index of the event with which the limit held again; undefined: it never did */
function violationOf(
  history: History,
  type: string,
  { begin, limit, limitSetAt, peak }: Excursion,
  end: number | undefined,
) {
  const until = end === undefined ? 'to the end' : `to ${moment(history, end)}`;
  return {
    message: `up to ${peak.length} tasks of ${type} ran at once from ${moment(history, begin)} ${until}; the limit is ${limit}`,
    events: [limitSetAt, ...peak].sort((a, b) => a - b),
    begin,
  };
}

function stateOf(types: Map<string, TypeState>, type: string): TypeState {
  let state = types.get(type);
  if (state === undefined) {
    state = { limit: Number.POSITIVE_INFINITY, limitSetAt: -1, running: new Set(), excursion: undefined };
    types.set(type, state);
  }
  return state;
}
