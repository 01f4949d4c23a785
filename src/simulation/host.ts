import type { Action } from './event-queue.ts';
import { Fifo } from './fifo.ts';

/** A clock that is wrong on purpose. */
export interface ClockError {
  /** How far it is ahead of true time at the start, in ms; negative: behind. */
  readonly offsetMs?: number;
  /** How many µs it gains each true second; negative: loses. */
  readonly driftPpm?: number;
}

/**
 * A machine: a clock of its own, one single-threaded CPU, and a life. Code runs on it in events; while the CPU computes or the
 * host is paused, its events wait. After a crash none of its continuations ever runs again.
 *
 * State only; `Simulation` moves it.
 */
export class Host {
  readonly name: string;
  readonly index: number;
  readonly #epochMs: number;
  #offsetUs: number;
  readonly #rate: number;
  /** Counts restarts. An event remembers the life it was caused in. */
  life = 0;
  alive = true;
  /** The CPU is taken until then. */
  busyUntilUs = 0;
  /** What it cannot do yet because its CPU is busy, first come, first served: actions, and beside each its subject. */
  readonly waitingActions = new Fifo<Action<unknown>>();
  readonly waitingSubjects = new Fifo<unknown>();
  /** True while an event is under way that will take up the backlog. */
  wakeScheduled = false;
  /** CPU time consumed so far, in µs. */
  computedUs = 0;
  /** Told when the host dies: the peers of its connections see a reset. */
  readonly onCrash = new Set<() => void>();
  /** What to run after each start. */
  boot: (() => void) | undefined;

  constructor(name: string, index: number, epochMs: number, error: ClockError = {}) {
    this.name = name;
    this.index = index;
    this.#epochMs = epochMs;
    this.#offsetUs = Math.round((error.offsetMs ?? 0) * 1000);
    this.#rate = 1 + (error.driftPpm ?? 0) / 1e6;
  }

  /** This host's clock, in whole µs since the epoch, at a true time of the run. */
  clockUs(trueUs: number): number {
    const own = this.#rate === 1 ? trueUs : Math.floor(trueUs * this.#rate);
    return this.#epochMs * 1000 + own + this.#offsetUs;
  }

  /**
   * How long, in true µs, this clock takes to advance by `ms`, and not less.
   * @throws RangeError where that is no length of time
   */
  trueDurationUs(ms: number): number {
    if (!Number.isFinite(ms)) throw new RangeError(`${this.name} cannot wait ${ms} ms: give a finite number`);
    return Math.max(0, Math.ceil(Math.round(ms * 1000) / this.#rate));
  }

  /** NTP steps the clock. */
  jumpClock(byMs: number): void {
    this.#offsetUs += Math.round(byMs * 1000);
  }
}
