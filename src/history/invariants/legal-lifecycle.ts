import type { EventOf } from '../../engine/events.ts';
import { isLegalTransition, isTerminal, type TaskStatus } from '../../engine/task.ts';
import type { History } from '../history.ts';
import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';

/**
 * Verifies, task by task, that the first status is written over pending, that each later one is written over the status written
 * last, that every transition is a legal one, and that nothing follows a final status. One violation for each write that
 * breaks a rule; the next is judged by what that write left behind.
 *
 * Does not verify that a status is true to what the handler did. Writes are ordered as they were answered: two processes that write
 * one task's status within a round trip of each other may be seen in the wrong order.
 */
export const legalLifecycle: Invariant = {
  id: 'legal-lifecycle',
  states: 'every task goes through its statuses as documented',
  check(history) {
    const written = new Map<string, number>();
    const violations: Violation[] = [];
    for (const [index, event] of history.events.entries()) {
      if (event.kind !== 'status') continue;
      const last = written.get(event.task);
      written.set(event.task, index);
      const breach = breachOf(history, event, last);
      if (breach === undefined) continue;
      const message = `${event.task} went from ${event.from} to ${event.to} at ${moment(history, index)}, ${breach}`;
      violations.push({ message, events: last === undefined ? [index] : [last, index] });
    }
    return violations;
  },
};

/** What is wrong with a write, given the one before it; undefined: nothing. */
function breachOf(history: History, { from, to }: EventOf<'status'>, last: number | undefined): string | undefined {
  const before: TaskStatus = last === undefined ? 'pending' : (history.events[last] as EventOf<'status'>).to;
  if (isTerminal(before)) return `but had been ${before} since ${moment(history, last as number)}, which is final`;
  if (last === undefined && from !== before) return 'but was pending: nothing had been written before';
  if (from !== before) return `but had been ${before} since ${moment(history, last as number)}`;
  return isLegalTransition(from, to) ? undefined : 'which is no legal transition';
}
