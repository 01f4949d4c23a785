import type { EventOf } from '../engine/events.ts';
import { executionsOf } from '../history/executions.ts';
import type { History, HistoryEvent } from '../history/history.ts';
import type { Concurrency } from './metrics.ts';
import { TimeWeightedGauge } from './time-weighted-gauge.ts';

/** The running handlers of a run, by type. */
export interface RunningHandlers {
  /** Every type that the history names, in the order of their code units. */
  readonly byType: Readonly<Record<string, Concurrency>>;
  /** The time that all handlers ran together, in µs. A handler runs until its host crashes; where that is not known, one that never ends counts for nothing. */
  readonly busyUs: number;
  /** The first start and the last end of a handler; undefined where there is none. The end of the history for one that still runs. */
  readonly firstStartUs: number | undefined;
  readonly lastEndUs: number | undefined;
}

interface TypeState {
  readonly gauge: TimeWeightedGauge;
  limit: number | null;
}

/** Follows the handlers of every type. The limit is the one announced last. */
export function runningHandlers(history: History): RunningHandlers {
  const { events, timesUs } = history;
  const { partner, died } = executionsOf(history);
  const types = new Map<string, TypeState>();
  let firstStartUs: number | undefined;
  let lastEndUs: number | undefined;
  for (let index = 0; index < events.length; index++) {
    const event = events[index] as HistoryEvent;
    const timeUs = timesUs[index] as number;
    switch (event.kind) {
      case 'submitting':
      case 'submitted':
        stateOf(types, event.type);
        break;
      case 'limit-changed':
        stateOf(types, event.type).limit = event.limit;
        break;
      case 'started':
        firstStartUs ??= timeUs;
        stateOf(types, event.type).gauge.change(timeUs, 1);
        break;
      case 'finished':
        if (partner[index] === -1) break;
        lastEndUs = timeUs;
        stateOf(types, event.type).gauge.change(timeUs, -1);
        break;
    }
    for (const start of died.get(index) ?? []) {
      stateOf(types, (events[start] as EventOf<'started'>).type).gauge.change(timeUs, -1);
      if (start !== index) lastEndUs = timeUs;
    }
  }
  let busyUs = 0;
  const byType: [string, Concurrency][] = [];
  for (const [type, { gauge, limit }] of types) {
    if (gauge.level > 0) {
      lastEndUs = timesUs.at(-1) as number;
      gauge.change(lastEndUs, -gauge.level);
    }
    busyUs += gauge.areaUs;
    byType.push([type, { mean: gauge.mean, max: gauge.max, limit }]);
  }
  byType.sort(([a], [b]) => (a < b ? -1 : 1));
  return { byType: Object.fromEntries(byType), busyUs, firstStartUs, lastEndUs };
}

function stateOf(types: Map<string, TypeState>, type: string): TypeState {
  let state = types.get(type);
  if (state === undefined) {
    state = { gauge: new TimeWeightedGauge(), limit: null };
    types.set(type, state);
  }
  return state;
}
