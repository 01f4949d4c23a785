import type { EngineEvent, EventKind, EventOf } from '../../src/engine/events.ts';
import type { History } from '../../src/history/history.ts';

/** Events of a kind with their places, the slow way. */
export function of<K extends EventKind>({ events }: History, kind: K): (EventOf<K> & { readonly at: number })[] {
  return events.flatMap((event, at) => (event.kind === kind ? [{ ...(event as EventOf<K>), at }] : []));
}

/** The distinct ids of all tasks, in the order in which they are named. */
export function tasksOf({ events }: History): string[] {
  return [...new Set(events.flatMap((event) => ('task' in event ? [event.task] : [])))];
}

/** The place of the `finished` that ends the start at a place, or -1: the next of that worker and task that ends no later start. */
export function endOfStart({ events }: History, start: number): number {
  const { task, worker } = events[start] as EventOf<'started'>;
  const same = (event: EngineEvent) =>
    (event.kind === 'started' || event.kind === 'finished') && event.task === task && event.worker === worker;
  let later = 0;
  for (let at = start + 1; at < events.length; at++) {
    const event = events[at] as EngineEvent;
    if (!same(event)) continue;
    if (event.kind === 'started') later++;
    else if (later-- === 0) return at;
  }
  return -1;
}

/** How many handlers of a type run right after a place. No worker crashes here. */
export function runningAt(history: History, type: string, place: number): number {
  return of(history, 'started').filter((start) => {
    const end = endOfStart(history, start.at);
    return start.type === type && start.at <= place && (end === -1 || end > place);
  }).length;
}
