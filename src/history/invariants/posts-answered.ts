import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';

/**
 * Verifies that whoever posts or submits a task is told whether it was accepted, unless a host has crashed since: one who is not waits
 * for ever, as in a deadlock.
 *
 * For in-process runners: between hosts a reply may be lost, and nobody is to blame.
 *
 * Does not verify how long it took, nor that what was said is true: see `no-task-lost`.
 */
export const postsAnswered: Invariant = {
  id: 'posts-answered',
  states: 'every post is answered: accepted or refused',
  check(history) {
    const open = new Map<string, number>();
    for (const [index, event] of history.events.entries()) {
      if (event.kind === 'submitting') open.set(event.task, index);
      else if (event.kind === 'submitted' || event.kind === 'refused') open.delete(event.task);
      else if (event.kind === 'host-crashed') open.clear();
    }
    return [...open].map(
      ([task, index]): Violation => ({
        message: `${task} was posted at ${moment(history, index)}, and its caller still waits for an answer`,
        events: [index],
      }),
    );
  },
};
