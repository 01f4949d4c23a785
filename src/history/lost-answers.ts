import type { HistoryEvent } from './history.ts';

/** Faults after which Redis may have run a command that nobody hears of. Of lost requests, and of what is late, the client hears. */
const BREAKS: readonly string[] = ['reply-lost', 'reset', 'redis-restart', 'failover'];

/** While a history is read: the indexes of the events after which an answer may be missing, as a host died or a connection broke. */
export class LostAnswers {
  /** To any host. */
  last = -1;
  #toAll = -1;
  readonly #toOne = new Map<string, number>();

  observe(event: HistoryEvent, index: number): void {
    if (event.kind === 'host-crashed' || event.kind === 'process-killed') this.#add(event.host, index);
    else if (event.kind === 'fault' && BREAKS.includes(event.fault.kind)) this.#add(event.fault.host, index);
  }

  lastTo(host: string | undefined): number {
    return Math.max(this.#toAll, (host === undefined ? undefined : this.#toOne.get(host)) ?? -1);
  }

  #add(host: string | undefined, index: number): void {
    this.last = index;
    if (host === undefined) this.#toAll = index;
    else this.#toOne.set(host, index);
  }
}
