import { idlingViolations } from '../idling.ts';
import type { Invariant } from '../invariant.ts';

/** Twice the longest poll or block in the documents, which is 5 s. */
const LONGEST_SLEEP_US = 10_000_000;

/**
 * Verifies that no worker sleeps while there is work for it: that no task waits for longer than 10 s with room under its type's limit,
 * while an idle worker is silent for longer than 10 s too. Whatever a worker reports is a sign that it is awake: an empty poll, a
 * lost race, a token it waits for. One violation for each such time of a type. At the end of the history there is no grace: a task
 * that waits, with room, while somebody idles was missed.
 *
 * Who waits and who idles is defined in QueueState; a worker in a handler, on a host that stands still or is down, does not idle.
 *
 * Does not verify that a worker that is awake finds the task: see `work-conserving`. Takes a worker to run every type unless it
 * said otherwise when it started. Pools that rest for longer than 10 s by their parameters break it.
 */
export const noLostWakeup: Invariant = {
  id: 'no-lost-wakeup',
  states: 'no worker sleeps for more than 10 s while there is a task it could run',
  check: (history) => idlingViolations(history, LONGEST_SLEEP_US, 'last-event', 'silent since'),
};
