import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';

/**
 * Verifies that a task whose caller wants it stopped does not run to its end as if nothing had happened: unless it had already ended, its
 * handler ends without success, or never begins.
 *
 * Does not verify how soon, nor that its status says so.
 */
export const cancellationReaches: Invariant = {
  id: 'cancellation-reaches',
  states: 'a canceled task does not go on to succeed',
  check(history) {
    const canceled = new Map<string, number>();
    const violations: Violation[] = [];
    for (const [index, event] of history.events.entries()) {
      if (event.kind === 'cancel-requested') canceled.set(event.task, index);
      else if (event.kind === 'finished' && event.outcome === 'success') {
        const asked = canceled.get(event.task);
        if (asked === undefined) continue;
        const message = `${event.task} was to be canceled at ${moment(history, asked)} and succeeded at ${moment(history, index)}`;
        violations.push({ message, events: [asked, index] });
      }
    }
    return violations;
  },
};
