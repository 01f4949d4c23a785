import type { History } from '../history.ts';
import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';

/** Wake-ups in a row that had nothing new to ask. */
interface WastedRun {
  wakeups: number;
  queries: number;
  readonly first: number;
  /** Indexes of the fetch before it, and of its wake-ups and queries. */
  readonly events: number[];
}

/** The worker of a type, as far as the history has been read. */
interface WorkerState {
  /** A signal was sent since the last wake-up. */
  signalled: boolean;
  /** A signal was sent between the start of the last answered fetch and the last wake-up. */
  news: boolean;
  /** The last wake-up's fetch was answered. */
  answered: boolean;
  wokenAt: number;
  by: 'signal' | 'timer';
  /** The last answered fetch; undefined: none yet. */
  lastFetch: { readonly index: number; readonly found: boolean } | undefined;
  /** While a run of wasted wake-ups lasts. */
  wasted: WastedRun | undefined;
}

/**
 * Verifies the design assumption of the document `async-task`, at most two queries for a signal: a fetch after a wake-up by a
 * signal is justified only if a signal was sent since the fetch before it began, or that one found a task. One violation for each
 * run of unjustified wake-ups, with all the queries it wasted.
 *
 * Does not verify wake-ups by the timer, nor that a signal is ever answered. A fetch that finds a task was not wasted, whatever
 * caused it; one that failed has seen nothing. Assumes one worker a type, as documented: of several, whose queries are whose
 * is not in the history.
 */
export const boundedQueries: Invariant = {
  id: 'bounded-queries',
  states: 'a wake-up by a signal queries the store only if there was a signal since the fetch before',
  check(history) {
    const workers = new Map<string, WorkerState>();
    const violations: (Violation & { readonly first: number })[] = [];

    const endRun = (type: string, state: WorkerState) => {
      if (state.wasted !== undefined) violations.push(violationOf(history, type, state.wasted));
      state.wasted = undefined;
    };
    for (const [index, event] of history.events.entries()) {
      if (event.kind === 'signalled') {
        stateOf(workers, event.type).signalled = true;
      } else if (event.kind === 'woken') {
        const state = stateOf(workers, event.type);
        state.news = state.signalled || (state.news && !state.answered);
        state.signalled = false;
        state.answered = false;
        state.wokenAt = index;
        state.by = event.by;
      } else if (event.kind === 'query' && event.query === 'fetch-pending') {
        const state = stateOf(workers, event.type);
        const { lastFetch } = state;
        state.answered = true;
        state.lastFetch = { index, found: event.found };
        const justified =
          state.by === 'timer' || state.news || event.found || lastFetch === undefined || lastFetch.found;
        if (justified) {
          endRun(event.type, state);
          continue;
        }
        state.wasted ??= { wakeups: 0, queries: 0, first: state.wokenAt, events: [lastFetch.index] };
        state.wasted.wakeups++;
        state.wasted.queries++;
        state.wasted.events.push(state.wokenAt, index);
      } else if (event.kind === 'query') {
        const state = stateOf(workers, event.type);
        if (state.wasted === undefined) continue;
        state.wasted.queries++;
        state.wasted.events.push(index);
      }
    }
    for (const [type, state] of workers) endRun(type, state);
    return violations.sort((a, b) => a.first - b.first).map(({ message, events }) => ({ message, events }));
  },
};

function violationOf(history: History, type: string, { wakeups, queries, first, events }: WastedRun) {
  const times = `from ${moment(history, first)} to ${moment(history, events.at(-1) as number)}`;
  const what = `${wakeups} ${wakeups === 1 ? 'wake-up' : 'wake-ups in a row'} without a new signal`;
  return {
    message: `${type}: ${what}, ${times}, wasted ${queries} ${queries === 1 ? 'query' : 'queries'}`,
    events,
    first,
  };
}

function stateOf(workers: Map<string, WorkerState>, type: string): WorkerState {
  let state = workers.get(type);
  if (state === undefined) {
    state = {
      signalled: false,
      news: false,
      answered: true,
      wokenAt: -1,
      by: 'timer',
      lastFetch: undefined,
      wasted: undefined,
    };
    workers.set(type, state);
  }
  return state;
}
