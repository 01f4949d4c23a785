import type { EngineEvent } from '../engine/events.ts';

/**
 * The ordered events of a run. Two columns, so that a long run costs one object an event and no more: `events[i]` happened at
 * `timesUs[i]`, in µs of true time from the start of the run. Times never go back.
 */
export interface History {
  readonly events: readonly EngineEvent[];
  readonly timesUs: readonly number[];
}
