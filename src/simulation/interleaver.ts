import type { Trace } from './trace.ts';

/** A schedule's departures from first come, first served: numbers of decisions, ascending; one that stands twice delays twice. */
export type Delays = readonly number[];

/** One schedule, to be run as such. */
export interface Interleaving {
  readonly delays: Delays;
  /** Written by the run: of each decision, between how many goroutines. */
  readonly choices: number[];
  /** Written by the run: who did what. */
  readonly trace?: Trace;
}

/** A goroutine at a preemption point. */
interface Ready<S> {
  readonly standing: S;
  readonly goOn: () => void;
}

/**
 * Decides which of the goroutines that stand at a preemption point goes on: the one that has come last, which is the one that ran, until
 * it ends or waits for another; then, as in Go, the one that it started. A delay sends whose turn it is to the back. So every schedule
 * is the deterministic one with a few delays (Emmi, Qadeer, Rakamarić, "Delay-bounded scheduling", POPL 2011); most concurrency bugs need
 * very few.
 */
export class Interleaver<S = unknown> {
  readonly #step: () => Promise<void>;
  readonly #onDelay: (delayed: S) => void;
  readonly #ready: Ready<S>[] = [];
  #delays: Delays = [];
  #next = 0;
  #choices: number[] = [];

  /**
   * @param step resolves as an event of its own, after all code that runs now has come to rest: `clock.sleep(0)`
   * @param onDelay told whom a delay sends to the back
   */
  constructor(step: () => Promise<void>, onDelay: (delayed: S) => void = () => {}) {
    this.#step = step;
    this.#onDelay = onDelay;
  }

  /** Of each decision of this schedule so far: between how many goroutines. */
  get choices(): readonly number[] {
    return this.#choices;
  }

  /**
   * The next schedule begins. Nobody may stand at a point.
   * @param choices of a schedule that goes on, as a process that has died does in its next life
   */
  begin(delays: Delays, choices: number[] = []): void {
    if (this.#ready.length > 0)
      throw new Error('a goroutine of the schedule before still stands at a preemption point');
    this.#delays = delays;
    this.#next = delays.filter((delay) => delay < choices.length).length;
    this.#choices = choices;
  }

  /** A preemption point. Resolves when it is this goroutine's turn. */
  readonly point = (standing: S): Promise<void> => {
    void this.#step().then(this.#decide);
    return new Promise((goOn) => this.#ready.unshift({ standing, goOn }));
  };

  readonly #decide = (): void => {
    const decision = this.#choices.push(this.#ready.length) - 1;
    while (this.#delays[this.#next] === decision) {
      this.#next++;
      const delayed = this.#ready.shift();
      if (delayed === undefined) continue;
      this.#ready.push(delayed);
      this.#onDelay(delayed.standing);
    }
    this.#ready.shift()?.goOn();
  };
}

/**
 * All schedules with up to `most` delays, those with fewer first: the first that shows something shows it with as few as can be. A delay
 * is put only at decisions that a schedule with one delay less has come to, and only where there was somebody else to go on.
 * @param run runs one schedule to its end, and answers the choices that it had; undefined ends the search
 * @returns how many schedules there were
 */
export async function exploreDelays(
  most: number,
  run: (delays: Delays) => Promise<readonly number[] | undefined>,
): Promise<number> {
  const schedules: Delays[] = [[]];
  let explored = 0;
  for (const delays of schedules) {
    const choices = await run(delays);
    explored++;
    if (choices === undefined) break;
    if (delays.length === most) continue;
    for (let place = delays.at(-1) ?? 0; place < choices.length; place++) {
      const delayedThere = delays.filter((delay) => delay === place).length;
      if ((choices[place] as number) > delayedThere + 1) schedules.push([...delays, place]);
    }
  }
  return explored;
}
