import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';

/**
 * Verifies that a job that was run well is not run again, and that no job runs twice at once. A job that died with its process, or that
 * failed, may be run again.
 *
 * Does not verify that it is run at all.
 */
export const noDuplicateJob: Invariant = {
  id: 'no-duplicate-job',
  states: 'no job is run again after it succeeded, and none twice at once',
  check(history) {
    const running = new Map<string, number>();
    const succeeded = new Map<string, number>();
    const violations: Violation[] = [];
    for (const [index, event] of history.events.entries()) {
      if (event.kind === 'host-crashed') running.clear();
      else if (event.kind === 'finished') {
        running.delete(event.task);
        if (event.outcome === 'success') succeeded.set(event.task, index);
      } else if (event.kind === 'started') {
        const before = succeeded.get(event.task) ?? running.get(event.task);
        if (before !== undefined) {
          const how = succeeded.has(event.task) ? 'had succeeded' : 'had begun to run';
          const message = `${event.task} was started at ${moment(history, index)}, and ${how} at ${moment(history, before)}`;
          violations.push({ message, events: [before, index] });
        }
        running.set(event.task, index);
      }
    }
    return violations;
  },
};
