import type { History } from './history.ts';

/** When handlers ended, in the columns of a history. */
export interface Executions {
  /** By the index of a `started`, that of its `finished`; by that of a `finished`, its `started`; -1 where there is none. */
  readonly partner: Int32Array;
  /**
   * Handlers that died with their worker, by the event with which they did: the indexes of their `started`. That event is the
   * crash of their host. A worker that reported its own start and never this end, though its host is not known to have crashed,
   * died all the same, or hangs: how long the handler ran is unknown, and it counts at the moment of its start, and no longer. An
   * unannounced worker is taken at its word: what it has not finished still runs.
   */
  readonly died: ReadonlyMap<number, readonly number[]>;
}

/** Pairs the starts and ends of handlers. A worker that runs one task twice at once ends the later start first. */
export function executionsOf({ events }: History): Executions {
  const partner = new Int32Array(events.length).fill(-1);
  const open = new Map<string, number[]>();
  const processes = new Map<string, string>();
  const died = new Map<number, number[]>();
  const close = (task: string, starts: number[], place: number) => {
    if (starts.length === 1) open.delete(task);
    else starts.splice(place, 1);
  };
  for (let index = 0; index < events.length; index++) {
    const event = events[index] as History['events'][number];
    if (event.kind === 'worker-started') {
      processes.set(event.worker, event.process);
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
      close(event.task, starts, place);
    } else if (event.kind === 'host-crashed') {
      const dead = [...open.values()].flat().filter((start) => processes.get(workerAt(events, start)) === event.host);
      for (const start of dead) {
        const { task } = events[start] as { readonly task: string };
        const starts = open.get(task) as number[];
        close(task, starts, starts.indexOf(start));
      }
      if (dead.length > 0) died.set(index, dead);
    }
  }
  for (const start of [...open.values()].flat()) if (processes.has(workerAt(events, start))) died.set(start, [start]);
  return { partner, died };
}

function workerAt(events: History['events'], start: number): string {
  return (events[start] as { readonly worker: string }).worker;
}
