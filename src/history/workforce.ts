import type { HistoryEvent } from './history.ts';

/** Which workers are up, as far as a history has been read. Those of a crashed host are gone until they start again. */
export class Workforce {
  /** The worker's process. */
  readonly #up = new Map<string, string>();

  get size(): number {
    return this.#up.size;
  }

  observe(event: HistoryEvent): void {
    if (event.kind === 'worker-started') this.#up.set(event.worker, event.process);
    else if (event.kind === 'worker-stopped') this.#up.delete(event.worker);
    else if (event.kind === 'host-crashed') {
      for (const [worker, process] of this.#up) if (process === event.host) this.#up.delete(worker);
    }
  }
}
