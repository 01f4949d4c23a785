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
 * Does not verify that a status is true to what the handler did. Writes are ordered by their sequence where the design counts them:
 * one that is missing there was answered to nobody (its host crashed, or paused for too long), and what it left behind is unknown.
 * Other writes are ordered as they were answered: two processes that write one task's status within a round trip of each other may be
 * seen in the wrong order.
 */
export const legalLifecycle: Invariant = {
  id: 'legal-lifecycle',
  states: 'every task goes through its statuses as documented',
  check(history) {
    const violations: (Violation & { readonly at: number })[] = [];
    for (const writes of writesByTask(history).values()) {
      for (const [place, index] of writes.entries()) {
        const last = writes[place - 1];
        const event = history.events[index] as EventOf<'status'>;
        const breach = breachOf(history, event, last);
        if (breach === undefined) continue;
        const message = `${event.task} went from ${event.from} to ${event.to} at ${moment(history, index)}, ${breach}`;
        const events = last === undefined ? [index] : [last, index].sort((a, b) => a - b);
        violations.push({ message, events, at: index });
      }
    }
    return violations.sort((a, b) => a.at - b.at).map(({ message, events }) => ({ message, events }));
  },
};

/** Indexes of the writes of each task's status, in the order in which they were made, as far as that is known. */
function writesByTask({ events }: History): Map<string, number[]> {
  const byTask = new Map<string, number[]>();
  const counted = new Set<number[]>();
  for (const [index, event] of events.entries()) {
    if (event.kind !== 'status') continue;
    const writes = byTask.get(event.task) ?? [];
    byTask.set(event.task, writes);
    writes.push(index);
    if (event.sequence !== undefined) counted.add(writes);
  }
  const place = (index: number) => (events[index] as EventOf<'status'>).sequence ?? 0;
  for (const writes of counted) writes.sort((a, b) => place(a) - place(b));
  return byTask;
}

/** What is wrong with a write, given the one before it; undefined: nothing. */
function breachOf(
  history: History,
  { from, to, sequence }: EventOf<'status'>,
  last: number | undefined,
): string | undefined {
  const previous = last === undefined ? undefined : (history.events[last] as EventOf<'status'>);
  const before: TaskStatus = previous?.to ?? 'pending';
  const unseen = sequence !== undefined && sequence > (previous?.sequence ?? 0) + 1;
  if (isTerminal(before)) return `but had been ${before} since ${moment(history, last as number)}, which is final`;
  if (!unseen && last === undefined && from !== before) return 'but was pending: nothing had been written before';
  if (!unseen && from !== before) return `but had been ${before} since ${moment(history, last as number)}`;
  return isLegalTransition(from, to) ? undefined : 'which is no legal transition';
}
