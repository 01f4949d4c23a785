import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';

/**
 * Verifies that no runner's queue ever holds more tasks than it has room for.
 *
 * Does not verify what the callers hold that wait for room: the queue may be bounded and the program not.
 */
export const boundedQueue: Invariant = {
  id: 'bounded-queue',
  states: 'a queue never holds more than its capacity',
  check(history) {
    const violations: Violation[] = [];
    for (const [index, event] of history.events.entries()) {
      if (event.kind !== 'backlog' || event.queued <= event.capacity) continue;
      const message = `${event.runner} held ${event.queued} tasks at ${moment(history, index)}, with room for ${event.capacity}`;
      violations.push({ message, events: [index] });
    }
    return violations;
  },
};
