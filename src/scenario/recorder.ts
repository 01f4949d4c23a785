import type { Observer } from '../engine/ports.ts';
import type { History, HistoryEvent } from '../history/history.ts';
import type { World } from './backend.ts';

/** Writes the history of a run, in documented time, and folds it into the world's fingerprint. */
export class Recorder {
  readonly #world: World;
  readonly #events: HistoryEvent[] = [];
  readonly #timesUs: number[] = [];

  constructor(world: World) {
    this.#world = world;
    world.onEvent = this.record;
  }

  readonly record = (event: HistoryEvent): void => {
    const { hash } = this.#world;
    this.#events.push(event);
    this.#timesUs.push(Math.round(this.#world.nowUs() / this.#world.timeScale));
    if (hash === undefined) return;
    const fields = event as unknown as Readonly<Record<string, unknown>>;
    for (const name in fields) hash.text(String(fields[name]));
  };

  readonly observe: Observer = this.record;

  get history(): History {
    return { events: this.#events, timesUs: this.#timesUs };
  }
}
