import type { HistoryEvent } from '../history/history.ts';
import { type FoundViolation, MOMENTARY_INVARIANTS, OnlineJudge } from '../history/online.ts';
import { shapeOf } from './shape.ts';

/** A violation by its invariant and the shape of its message. */
interface Seen {
  readonly invariant: string;
  readonly shape: string;
}

/**
 * Ends a run at its first violation of a momentary invariant. What is said of the run until then is what would be said of all of it: it
 * ends only when all handlers that ran at the violation have ended too, as one that never ends is taken for dead by hindsight, and
 * excuses what began beside it. Loss and liveness cannot be judged on a run that was stopped.
 */
export class Stopping {
  /** The momentary ones among those that are judged. */
  readonly invariants: readonly string[];
  readonly stopsAt: (seen: Seen) => boolean;
  hasStopped = false;
  readonly #judge: OnlineJudge;
  /** Starts of the handlers that must have ended; undefined: nothing was violated yet. */
  #awaited: readonly number[] | undefined;

  constructor(invariants: readonly string[], stopsAt: (seen: Seen) => boolean) {
    const momentary = MOMENTARY_INVARIANTS.filter(({ id }) => invariants.includes(id));
    this.invariants = momentary.map(({ id }) => id);
    this.stopsAt = stopsAt;
    this.#judge = new OnlineJudge(momentary);
  }

  readonly until = (event: HistoryEvent, timeUs: number): boolean => {
    if (this.invariants.length === 0) return false;
    const found = this.#judge.observe(event, timeUs);
    if (this.#awaited === undefined && found !== undefined && this.stopsAt(seen(found))) {
      this.#awaited = this.#judge.running;
    }
    if (this.#awaited === undefined) return false;
    const { running } = this.#judge;
    this.hasStopped ||= !this.#awaited.some((start) => running.includes(start));
    return this.hasStopped;
  };
}

function seen({ invariant, message }: FoundViolation): Seen {
  return { invariant, shape: shapeOf(message) };
}
