import type { Observer } from '../engine/ports.ts';
import type { History, HistoryEvent } from '../history/history.ts';
import type { World } from './backend.ts';
import type { Variation } from './fate.ts';

/** Writes the history of a run, in documented time, and folds it into the world's fingerprint. */
export class Recorder {
  readonly #world: World;
  readonly #until: Variation['until'];
  readonly #told: (index: number) => void;
  readonly #events: HistoryEvent[] = [];
  readonly #timesUs: number[] = [];

  /**
   * @param until ends the run once it says so
   * @param told the place of each event, as it happens
   */
  constructor(world: World, until?: Variation['until'], told: (index: number) => void = () => {}) {
    this.#world = world;
    this.#until = until;
    this.#told = told;
    world.onEvent = this.record;
  }

  readonly record = (event: HistoryEvent): void => {
    const { hash } = this.#world;
    this.#told(this.#events.push(event) - 1);
    const timeUs = Math.round(this.#world.nowUs() / this.#world.timeScale);
    this.#timesUs.push(timeUs);
    if (this.#until?.(event, timeUs) === true) this.#world.stop?.();
    if (hash === undefined) return;
    const fields = event as unknown as Readonly<Record<string, unknown>>;
    for (const name in fields) hash.text(textOf(fields[name]));
  };

  readonly observe: Observer = this.record;

  get history(): History {
    return { events: this.#events, timesUs: this.#timesUs };
  }
}

function textOf(field: unknown): string {
  return typeof field === 'object' ? JSON.stringify(field) : String(field);
}
