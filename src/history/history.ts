import type { EngineEvent } from '../engine/events.ts';

/** What the world did to a run: the simulation's faults. */
export type WorldEvent =
  /** The host died, with its memory and everything on its way to it. */
  | { readonly kind: 'host-crashed'; readonly host: string }
  /** It boots again. */
  | { readonly kind: 'host-restarted'; readonly host: string }
  /** It stands still for so long: nothing on it runs, its clock goes on. */
  | { readonly kind: 'host-paused'; readonly host: string; readonly forMs: number }
  /** Any other fault has struck. */
  | { readonly kind: 'fault'; readonly fault: StruckFault }
  /** One that lasts is over: a partition, a restart of Redis. */
  | { readonly kind: 'fault-over'; readonly over: StruckFault }
  /** The run is over, and the process had not closed when its time for that was up. */
  | { readonly kind: 'process-killed'; readonly host: string };

/** A fault as its scenario has it, with all its fields. */
export interface StruckFault {
  readonly kind: string;
  readonly host?: string;
  readonly task?: string;
}

export type HistoryEvent = EngineEvent | WorldEvent;

/**
 * The ordered events of a run. Two columns, so that a long run costs one object an event and no more: `events[i]` happened at
 * `timesUs[i]`, in µs of true time from the start of the run. Times never go back.
 */
export interface History {
  readonly events: readonly HistoryEvent[];
  readonly timesUs: readonly number[];
}
