import type { EngineEvent } from '../engine/events.ts';
import type { Observer } from '../engine/ports.ts';
import type { History } from '../history/history.ts';
import type { World } from './backend.ts';

/** Writes the history of a run, in documented time, and folds it into the world's fingerprint. */
export class Recorder {
  readonly #world: World;
  readonly #events: EngineEvent[] = [];
  readonly #timesUs: number[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  readonly observe: Observer = (event) => {
    const { hash } = this.#world;
    this.#events.push(event);
    this.#timesUs.push(Math.round(this.#world.nowUs() / this.#world.timeScale));
    if (hash === undefined) return;
    const fields = event as unknown as Readonly<Record<string, unknown>>;
    for (const name in fields) hash.text(String(fields[name]));
  };

  get history(): History {
    return { events: this.#events, timesUs: this.#timesUs };
  }
}
