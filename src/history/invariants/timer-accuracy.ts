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
    const asked = new Map<string, { readonly index: number; readonly dueUs: number }>();
    const violations: Violation[] = [];
    for (const [index, event] of history.events.entries()) {
      const nowUs = history.timesUs[index] as number;
      if (event.kind === 'submitting' && event.dueInMs !== undefined) {
        asked.set(event.task, { index, dueUs: nowUs + event.dueInMs * 1000 });
      } else if (event.kind === 'started') {
        const due = asked.get(event.task);
        if (due === undefined || nowUs > due.dueUs - RESOLUTION_US) continue;
        const message = `${event.task} started at ${moment(history, index)}, due at ${due.dueUs / 1000} ms`;
        violations.push({ message, events: [due.index, index] });
      }
    }
    return violations;
  },
};
