import type { EventOf } from '../../engine/events.ts';
import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';

/** Clocks count whole ms. */
const RESOLUTION_US = 1000;

/**
 * Verifies that no delayed task starts before it is due. Those of a clock that counts whole ms may be early by less than one.
 *
 * Does not verify how late they are: the metric `pickUpMs` says that.
 */
export const timerAccuracy: Invariant = {
  id: 'timer-accuracy',
  states: 'no delayed task starts before it is due',
  check(history) {
    const asked = new Map<string, number>();
    const violations: Violation[] = [];
    for (const [index, event] of history.events.entries()) {
      if (event.kind === 'submitting' && event.dueInMs !== undefined) {
        asked.set(event.task, index);
      } else if (event.kind === 'started') {
        const submitting = asked.get(event.task);
        if (submitting === undefined) continue;
        const { dueInMs = 0 } = history.events[submitting] as EventOf<'submitting'>;
        const dueUs = (history.timesUs[submitting] as number) + dueInMs * 1000;
        if ((history.timesUs[index] as number) > dueUs - RESOLUTION_US) continue;
        const message = `${event.task} started at ${moment(history, index)}, due at ${dueUs / 1000} ms`;
        violations.push({ message, events: [submitting, index] });
      }
    }
    return violations;
  },
};
