import type { History, HistoryEvent } from './history.ts';

/** When handlers ended, in the columns of a history. */
export interface Executions {
  /** By the index of a `started`, that of its `finished`; by that of a `finished`, its `started`; -1 where there is none. */
  readonly partner: ArrayLike<number> & Iterable<number>;
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
  const log = new ExecutionLog(events, new Int32Array(events.length));
  for (let index = 0; index < events.length; index++) log.observe(events[index] as HistoryEvent, index);
  log.close();
  return log;
}

/** The executions of a history, as far as it goes. */
export class ExecutionLog implements Executions {
  readonly partner: number[] | Int32Array;
  readonly died = new Map<number, readonly number[]>();
  readonly #events: History['events'];
  /** Starts without an end, by task. */
  readonly #open = new Map<string, number[]>();
  /** By worker. */
  readonly #processes = new Map<string, string>();

  /**
   * @param events may grow
   * @param partner to be filled; an array where nobody knows how long the history will be
   */
  constructor(events: History['events'], partner: number[] | Int32Array = []) {
    this.#events = events;
    this.partner = partner;
  }

  observe(event: HistoryEvent, index: number): void {
    this.partner[index] = -1;
    if (event.kind === 'worker-started') {
      this.#processes.set(event.worker, event.process);
    } else if (event.kind === 'started') {
      const starts = this.#open.get(event.task);
      if (starts === undefined) this.#open.set(event.task, [index]);
      else starts.push(index);
    } else if (event.kind === 'finished') {
      const starts = this.#open.get(event.task) ?? [];
      const place = starts.findLastIndex((start) => this.#workerAt(start) === event.worker);
      if (place === -1) return;
      const start = starts[place] as number;
      this.partner[start] = index;
      this.partner[index] = start;
      this.#close(event.task, starts, place);
    } else if (event.kind === 'host-crashed') {
      const isDead = (start: number) => this.#processes.get(this.#workerAt(start)) === event.host;
      const dead = [...this.#open.values()].flat().filter(isDead);
      for (const start of dead) {
        const { task } = this.#events[start] as { readonly task: string };
        const starts = this.#open.get(task) as number[];
        this.#close(task, starts, starts.indexOf(start));
      }
      if (dead.length > 0) this.died.set(index, dead);
    }
  }

  /** Indexes of the starts of handlers that have not ended yet, as far as it is known. */
  get open(): readonly number[] {
    return [...this.#open.values()].flat();
  }

  /** With hindsight: nothing follows any more. */
  close(): void {
    for (const start of [...this.#open.values()].flat()) {
      if (this.#processes.has(this.#workerAt(start))) this.died.set(start, [start]);
    }
  }

  #close(task: string, starts: number[], place: number): void {
    if (starts.length === 1) this.#open.delete(task);
    else starts.splice(place, 1);
  }

  #workerAt(start: number): string {
    return (this.#events[start] as { readonly worker: string }).worker;
  }
}
