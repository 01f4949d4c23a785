import type { EventOf } from '../../engine/events.ts';
import { isLegalTransition, isTerminal, type TaskStatus } from '../../engine/task.ts';
import type { History, HistoryEvent } from '../history.ts';
import type { Violation } from '../invariant.ts';
import { type Judge, onlineInvariant } from '../judge.ts';
import { LostAnswers } from '../lost-answers.ts';
import { moment } from '../moment.ts';

/**
 * Verifies, task by task, that the first status is written over pending, that each later one is written over the status written
 * last, that every transition is a legal one, and that nothing follows a final status. One violation for each write that
 * breaks a rule; the next is judged by what that write left behind.
 *
 * Does not verify that a status is true to what the handler did. Writes are ordered by their sequence where the design counts them:
 * one that is missing there was answered to nobody (its host crashed, or paused for too long), and what it left behind is unknown.
 * Other writes are ordered as they were answered: two processes that write one task's status within a round trip of each other may be
 * seen in the wrong order. Where a host died, or an answer was lost, since the write before, one that nobody heard of may lie between.
 */
export const legalLifecycle = onlineInvariant({
  id: 'legal-lifecycle',
  states: 'every task goes through its statuses as documented',
  judge: (history) => new LifecycleJudge(history),
});

class LifecycleJudge implements Judge {
  readonly #history: History;
  /** Indexes of the writes of each task's status, in the order in which they were made, as far as that is known. */
  readonly #writes = new Map<string, number[]>();
  readonly #answers = new LostAnswers();
  /** By a write: the last event before it after which an answer may be missing. */
  readonly #lostBefore = new Map<number, number>();
  /** By the write that broke a rule. */
  readonly #breaches = new Map<number, Violation>();

  constructor(history: History) {
    this.#history = history;
  }

  observe(event: HistoryEvent, index: number): boolean {
    this.#answers.observe(event, index);
    if (event.kind !== 'status') return false;
    if (this.#answers.last >= 0) this.#lostBefore.set(index, this.#answers.last);
    const writes = this.#writes.get(event.task);
    if (writes === undefined) {
      this.#writes.set(event.task, [index]);
      return this.#judge(index, undefined);
    }
    let place = writes.length;
    while (place > 0 && this.#sequenceAt(writes[place - 1] as number) > (event.sequence ?? 0)) place--;
    const next = writes[place];
    if (next === undefined) writes.push(index);
    else writes.splice(place, 0, index);
    const breaks = this.#judge(index, writes[place - 1]);
    // Heard late: what follows it was judged without it.
    return next === undefined ? breaks : this.#judge(next, index) || breaks;
  }

  violations(): Violation[] {
    return [...this.#breaches].sort(([a], [b]) => a - b).map(([, violation]) => violation);
  }

  /** @returns whether the write at an index breaks a rule, given the one before it */
  #judge(index: number, last: number | undefined): boolean {
    const event = this.#history.events[index] as EventOf<'status'>;
    const isAnswerMissing = (this.#lostBefore.get(index) ?? -1) > (last ?? -1);
    const breach = breachOf(this.#history, event, last, isAnswerMissing);
    if (breach === undefined) {
      this.#breaches.delete(index);
      return false;
    }
    const message = `${event.task} went from ${event.from} to ${event.to} at ${moment(this.#history, index)}, ${breach}`;
    const events = last === undefined ? [index] : [last, index].sort((a, b) => a - b);
    this.#breaches.set(index, { message, events });
    return true;
  }

  #sequenceAt(index: number): number {
    return (this.#history.events[index] as EventOf<'status'>).sequence ?? 0;
  }
}

/** What is wrong with a write, given the one before it; undefined: nothing. */
function breachOf(
  history: History,
  { from, to, sequence }: EventOf<'status'>,
  last: number | undefined,
  isAnswerMissing: boolean,
): string | undefined {
  const previous = last === undefined ? undefined : (history.events[last] as EventOf<'status'>);
  const before: TaskStatus = previous?.to ?? 'pending';
  const unseen = sequence === undefined ? isAnswerMissing : sequence > (previous?.sequence ?? 0) + 1;
  if (isTerminal(before)) return `but had been ${before} since ${moment(history, last as number)}, which is final`;
  if (!unseen && last === undefined && from !== before) return 'but was pending: nothing had been written before';
  if (!unseen && from !== before) return `but had been ${before} since ${moment(history, last as number)}`;
  return isLegalTransition(from, to) ? undefined : 'which is no legal transition';
}
