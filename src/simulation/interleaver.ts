/** A schedule's departures from first come, first served: numbers of decisions, ascending; one that stands twice delays twice. */
export type Delays = readonly number[];

/**
 * Decides which of the goroutines that stand at a preemption point goes on: the one that has come last, which is the one that ran, until
 * it ends or waits for another; then, as in Go, the one that it started. A delay sends whose turn it is to the back. So every schedule
 * is the deterministic one with a few delays (Emmi, Qadeer, Rakamarić, "Delay-bounded scheduling", POPL 2011); most concurrency bugs need
 * very few.
 */
export class Interleaver {
  readonly #step: () => Promise<void>;
  readonly #ready: (() => void)[] = [];
  #delays: Delays = [];
  #next = 0;
  #choices: number[] = [];

  /** @param step resolves as an event of its own, after all code that runs now has come to rest: `clock.sleep(0)` */
  constructor(step: () => Promise<void>) {
    this.#step = step;
  }

  /** Of each decision of this schedule so far: between how many goroutines. */
  get choices(): readonly number[] {
    return this.#choices;
  }

  /** The next schedule begins. Nobody may stand at a point. */
  begin(delays: Delays): void {
    if (this.#ready.length > 0)
      throw new Error('a goroutine of the schedule before still stands at a preemption point');
    this.#delays = delays;
    this.#next = 0;
    this.#choices = [];
  }

  /** A preemption point. Resolves when it is this goroutine's turn. */
  readonly point = (): Promise<void> => {
    void this.#step().then(this.#decide);
    return new Promise((resolve) => this.#ready.unshift(resolve));
  };

  readonly #decide = (): void => {
    const decision = this.#choices.push(this.#ready.length) - 1;
    while (this.#delays[this.#next] === decision) {
      this.#next++;
      const delayed = this.#ready.shift();
      if (delayed !== undefined) this.#ready.push(delayed);
    }
    this.#ready.shift()?.();
  };
}

/**
 * All schedules with up to `most` delays, the one without first. A delay is put only at decisions that a schedule with one delay less
 * has come to, and only where there was somebody else to go on.
 * @param run runs one schedule to its end, and answers the choices that it had
 * @returns how many schedules there were
 */
export async function exploreDelays(
  most: number,
  run: (delays: Delays) => Promise<readonly number[]>,
): Promise<number> {
  let explored = 0;
  const explore = async (delays: Delays): Promise<void> => {
    const choices = await run(delays);
    explored++;
    if (delays.length === most) return;
    const last = delays.at(-1) ?? 0;
    for (let place = last; place < choices.length; place++) {
      const delayedThere = delays.filter((delay) => delay === place).length;
      if ((choices[place] as number) > delayedThere + 1) await explore([...delays, place]);
    }
  };
  await explore([]);
  return explored;
}
