import { idlingViolations } from '../idling.ts';
import type { Invariant } from '../invariant.ts';

/** Dozens of round trips, and ten of the documented token polls: idling for longer is no matter of getting to know. */
const LONGEST_IDLENESS_US = 1_000_000;

/**
 * Verifies that work is done while it can be: that no task waits for longer than 1 s with room under its type's limit, while a
 * worker idles for longer than 1 s too. One violation for each such time of a type; what is so at the end of the history counts,
 * however short.
 *
 * A worker idles while it is not in a handler. One that holds a task and waits for that task's token idles: while it could run the
 * tasks of another type behind it, that is head-of-line blocking, and this is its measure. So does one that loses every race, or
 * rests between polls. Who waits and who idles is defined in QueueState.
 *
 * Does not verify that the worker could have found the task: a pool that polls every second or more, or whose tasks are bound to
 * workers, breaks this by design. Goes by running handlers, so that a token that is out for no handler is room too, until a
 * host crashes. Takes a worker to run every type unless it said otherwise when it started.
 */
export const workConserving: Invariant = {
  id: 'work-conserving',
  states: 'no worker idles for more than 1 s while a task waits that it could run',
  check: (history) => idlingViolations(history, LONGEST_IDLENESS_US, 'last-task', 'idle since'),
};
