import type { History } from './history.ts';

/** Which `finished` ends which `started`, in the columns of a history. */
export interface Executions {
  /** By the index of a `started`, that of its `finished`; by that of a `finished`, its `started`; -1 where there is none. */
  readonly partner: Int32Array;
  /**
   * Indexes of `started` whose worker reported its own start and never this end: it crashed, or the handler hangs. How long the
   * handler ran is unknown: it counts at the moment of its start, and no longer. An unannounced worker is taken at its word: what it
   * has not finished still runs.
   */
  readonly crashed: ReadonlySet<number>;
}

/** Pairs the starts and ends of handlers. A worker that runs one task twice at once ends the later start first. */
export function executionsOf({ events }: History): Executions {
  const partner = new Int32Array(events.length).fill(-1);
  const open = new Map<string, number[]>();
  const announced = new Set<string>();
  for (let index = 0; index < events.length; index++) {
    const event = events[index] as History['events'][number];
    if (event.kind === 'worker-started') {
      announced.add(event.worker);
    } else if (event.kind === 'started') {
      const starts = open.get(event.task);
      if (starts === undefined) open.set(event.task, [index]);
      else starts.push(index);
    } else if (event.kind === 'finished') {
      const starts = open.get(event.task) ?? [];
      const place = starts.findLastIndex((start) => workerAt(events, start) === event.worker);
      if (place === -1) continue;
      const start = starts[place] as number;
      partner[start] = index;
      partner[index] = start;
      if (starts.length === 1) open.delete(event.task);
      else starts.splice(place, 1);
    }
  }
  const crashed = new Set<number>();
  for (const starts of open.values()) {
    for (const start of starts) if (announced.has(workerAt(events, start))) crashed.add(start);
  }
  return { partner, crashed };
}

function workerAt(events: History['events'], start: number): string {
  return (events[start] as { readonly worker: string }).worker;
}
