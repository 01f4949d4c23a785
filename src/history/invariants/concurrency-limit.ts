import type { EventOf } from '../../engine/events.ts';
import type { Executions } from '../executions.ts';
import type { History, HistoryEvent } from '../history.ts';
import type { Violation } from '../invariant.ts';
import { type Judge, onlineInvariant } from '../judge.ts';
import { moment } from '../moment.ts';

/** A time during which more handlers of a type ran than its limit allowed. */
interface Excursion {
  readonly type: string;
  readonly begin: number;
  /** Index of the event with which the limit held again; undefined: it does not yet. */
  end: number | undefined;
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
  /** The one that lasts. */
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
export const concurrencyLimit = onlineInvariant({
  id: 'concurrency-limit',
  states: 'no type runs more tasks at once than its limit',
  judge: (history, executions) => new LimitJudge(history, executions()),
});

class LimitJudge implements Judge {
  readonly #history: History;
  readonly #executions: Executions;
  readonly #types = new Map<string, TypeState>();
  /** In the order in which they began. */
  readonly #excursions: Excursion[] = [];

  constructor(history: History, executions: Executions) {
    this.#history = history;
    this.#executions = executions;
  }

  observe(event: HistoryEvent, index: number): boolean {
    const { partner, died } = this.#executions;
    let breaks = false;
    if (event.kind === 'limit-changed') {
      const state = stateOf(this.#types, event.type);
      // Each process announces the limit: only the first announcement is news.
      if (state.limit !== event.limit) state.limitSetAt = index;
      state.limit = event.limit;
      endExcursion(state, index);
    } else if (event.kind === 'started') {
      breaks = this.#start(event.type, index);
    } else if (event.kind === 'finished' && partner[index] !== -1) {
      const state = stateOf(this.#types, event.type);
      state.running.delete(partner[index] as number);
      endExcursion(state, index);
    }
    for (const start of died.get(index) ?? []) {
      const { type } = this.#history.events[start] as EventOf<'started'>;
      const state = stateOf(this.#types, type);
      state.running.delete(start);
      endExcursion(state, index);
    }
    return breaks;
  }

  violations(): Violation[] {
    return this.#excursions.map((excursion) => violationOf(this.#history, excursion));
  }

  /** @returns whether an excursion begins */
  #start(type: string, index: number): boolean {
    const state = stateOf(this.#types, type);
    state.running.add(index);
    if (state.running.size <= state.limit) return false;
    const begins = state.excursion === undefined;
    if (state.excursion === undefined) {
      const { limit, limitSetAt } = state;
      state.excursion = { type, begin: index, end: undefined, limit, limitSetAt, peak: [] };
      this.#excursions.push(state.excursion);
    }
    if (state.running.size > state.excursion.peak.length) state.excursion.peak = [...state.running];
    return begins;
  }
}

function endExcursion(state: TypeState, index: number): void {
  if (state.excursion === undefined || state.running.size > state.limit) return;
  state.excursion.end = index;
  state.excursion = undefined;
}

function violationOf(history: History, { type, begin, end, limit, limitSetAt, peak }: Excursion): Violation {
  const until = end === undefined ? 'to the end' : `to ${moment(history, end)}`;
  return {
    message: `up to ${peak.length} tasks of ${type} ran at once from ${moment(history, begin)} ${until}; the limit is ${limit}`,
    events: [limitSetAt, ...peak].sort((a, b) => a - b),
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
