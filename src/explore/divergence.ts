import type { History, HistoryEvent } from '../history/history.ts';

/** Where two histories of what should be one run first differ. */
export interface Divergence {
  /** The place of the first event that differs. */
  readonly index: number;
  /** Undefined: that history has ended by then. */
  readonly first: TimedEvent | undefined;
  readonly second: TimedEvent | undefined;
}

export interface TimedEvent {
  readonly timeUs: number;
  readonly event: HistoryEvent;
}

/** Undefined: the events are the same, at the same times. */
export function divergenceOf(first: History, second: History): Divergence | undefined {
  const length = Math.max(first.events.length, second.events.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [eventAt(first, index), eventAt(second, index)];
    if (a?.timeUs !== b?.timeUs || JSON.stringify(a?.event) !== JSON.stringify(b?.event)) {
      return { index, first: a, second: b };
    }
  }
  return undefined;
}

export function eventAt({ events, timesUs }: History, index: number): TimedEvent | undefined {
  const event = events[index];
  return event && { timeUs: timesUs[index] as number, event };
}
