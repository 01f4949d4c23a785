import type { History } from './history.ts';

/** One breach: a sentence for people, and the places in the history that prove it. */
export interface Violation {
  readonly message: string;
  /** Indexes into `history.events`, ascending. */
  readonly events: readonly number[];
}

/** A pure predicate over a history, judged after quiescence. */
export interface Invariant {
  readonly id: string;
  /** One line: what a reader may rely on when it holds. */
  readonly states: string;
  check(history: History): Violation[];
}
