import { ExecutionLog } from './executions.ts';
import type { HistoryEvent } from './history.ts';
import type { Violation } from './invariant.ts';
import { concurrencyLimit } from './invariants/concurrency-limit.ts';
import { conservation } from './invariants/conservation.ts';
import { exclusion } from './invariants/exclusion.ts';
import { legalLifecycle } from './invariants/legal-lifecycle.ts';
import type { Judge, OnlineInvariant } from './judge.ts';

/** Those that hold at every moment of every sound design. A second start is none: at-least-once delivery allows it after a crash. */
export const MOMENTARY_INVARIANTS: readonly OnlineInvariant[] = [
  exclusion,
  concurrencyLimit,
  legalLifecycle,
  conservation,
];

export interface FoundViolation extends Violation {
  /** The invariant's id. */
  readonly invariant: string;
}

/**
 * Judges a run while it goes on, so that it can be stopped at the first violation instead of running on to quiescence.
 *
 * Finds what the invariants find in the history up to there, in the same words, but for one thing: it has no hindsight. A handler
 * that has not ended runs; that it never will, which the judges of a whole history take for a crash, nobody can know yet. To judge the
 * history of a run that was stopped half-way, use what was found here.
 */
export class OnlineJudge {
  readonly #events: HistoryEvent[] = [];
  readonly #timesUs: number[] = [];
  readonly #executions = new ExecutionLog(this.#events);
  readonly #judges: readonly { readonly id: string; readonly judge: Judge }[];

  constructor(invariants: readonly OnlineInvariant[] = MOMENTARY_INVARIANTS) {
    const history = { events: this.#events, timesUs: this.#timesUs };
    this.#judges = invariants.map(({ id, judge }) => ({ id, judge: judge(history, () => this.#executions) }));
  }

  /** Indexes of the starts of handlers that run. */
  get running(): readonly number[] {
    return this.#executions.open;
  }

  /** @returns what the event breaks or brings to light; of several violations one. The indexes in it count the events observed */
  observe(event: HistoryEvent, timeUs: number): FoundViolation | undefined {
    const index = this.#events.push(event) - 1;
    this.#timesUs.push(timeUs);
    this.#executions.observe(event, index);
    let found: FoundViolation | undefined;
    for (const { id, judge } of this.#judges) {
      if (!judge.observe(event, index) || found !== undefined) continue;
      const violation = judge.violations().findLast(({ events }) => events.includes(index));
      if (violation !== undefined) found = { invariant: id, ...violation };
    }
    return found;
  }
}
