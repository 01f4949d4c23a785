import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';

/**
 * Verifies that a shutdown which says that all is done has let all be done: every task that had been accepted when it began, and every
 * one accepted since, has run to an end when it says so.
 *
 * Does not verify a shutdown that says it was forced, nor that a task could still be posted.
 */
export const gracefulShutdown: Invariant = {
  id: 'graceful-shutdown',
  states: 'a shutdown that ends well has run everything that was accepted',
  check(history) {
    const open = new Map<string, number>();
    const finished = new Set<string>();
    const violations: Violation[] = [];
    for (const [index, event] of history.events.entries()) {
      if (event.kind === 'submitted' && !finished.has(event.task)) open.set(event.task, index);
      else if (event.kind === 'finished') {
        finished.add(event.task);
        open.delete(event.task);
      } else if (event.kind === 'shutdown' && event.phase === 'drained') {
        for (const [task, accepted] of open) {
          const message =
            `${event.runner} said at ${moment(history, index)} that all was done, and ${task}, accepted at ` +
            `${moment(history, accepted)}, was not`;
          violations.push({ message, events: [accepted, index] });
        }
      }
    }
    return violations;
  },
};
