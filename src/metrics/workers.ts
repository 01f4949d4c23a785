import type { History, HistoryEvent } from '../history/history.ts';
import { Workforce } from '../history/workforce.ts';
import type { Workers } from './metrics.ts';
import { TimeWeightedGauge } from './time-weighted-gauge.ts';

/** The workers of a run, over a span of it. */
export interface WorkersOverTime extends Workers {
  /** The time that all workers were up together, in µs. */
  readonly upUs: number;
  readonly resizes: number;
}

/**
 * Follows the workers that announced themselves; undefined where none did. Those with which a process begins, all in one breath
 * (at one moment, or with nothing else in between: in real time no two moments are one), are no resize, nor are those that a
 * crash takes; otherwise each moment at which workers of a process start or stop, up to the end of the span, is one.
 */
export function workersOverTime(history: History, fromUs: number, toUs: number): WorkersOverTime | undefined {
  const { events, timesUs } = history;
  const workforce = new Workforce();
  const gauge = new TimeWeightedGauge();
  const sizes = new Sizes();
  let isAnnounced = false;
  let isWithin = false;
  for (let index = 0; index < events.length; index++) {
    const event = events[index] as HistoryEvent;
    const timeUs = timesUs[index] as number;
    if (timeUs > toUs) break;
    if (timeUs > fromUs && !isWithin) {
      gauge.change(fromUs, workforce.size);
      isWithin = true;
    }
    const before = workforce.size;
    workforce.observe(event);
    if (isWithin && workforce.size !== before) gauge.change(timeUs, workforce.size - before);
    isAnnounced ||= event.kind === 'worker-started';
    sizes.observe(event, timeUs);
  }
  if (!isAnnounced) return undefined;
  if (!isWithin) gauge.change(fromUs, workforce.size);
  gauge.change(toUs, 0);
  return { mean: gauge.mean, max: gauge.max, upUs: gauge.areaUs, resizes: sizes.resizes };
}

/** Counts the moments at which processes change how many workers they have. */
class Sizes {
  resizes = 0;
  readonly #processes = new Map<string, string>();
  /** When a process last changed its workers; undefined: it has none yet. */
  readonly #changedUs = new Map<string, number>();
  /** The process whose first workers come one after the other just now. */
  #beginning: string | undefined;

  observe(event: HistoryEvent, timeUs: number): void {
    if (event.kind !== 'worker-started' || event.process !== this.#beginning) this.#beginning = undefined;
    if (event.kind === 'worker-started') {
      this.#processes.set(event.worker, event.process);
      if (!this.#changedUs.has(event.process)) this.#beginning = event.process;
      if (this.#beginning === event.process) this.#changedUs.set(event.process, timeUs);
      else this.#change(event.process, timeUs);
    } else if (event.kind === 'worker-stopped') {
      const process = this.#processes.get(event.worker);
      if (process !== undefined) this.#change(process, timeUs);
    } else if (event.kind === 'host-crashed') {
      this.#changedUs.delete(event.host);
    }
  }

  #change(process: string, timeUs: number): void {
    if (this.#changedUs.get(process) === timeUs) return;
    this.#changedUs.set(process, timeUs);
    this.resizes++;
  }
}
