import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';

/** A runner, by the name of its thread. */
interface Line {
  running: { readonly task: string; readonly start: number } | undefined;
  /** Of all that it has started, the one posted last, and when that was asked. */
  youngest: { readonly task: string; readonly submitting: number; readonly start: number } | undefined;
}

/**
 * Verifies, for each worker that started tasks, that it never runs two at once, and that it starts no task before another whose post had
 * been accepted before the first one's was asked for.
 *
 * Does not verify the order of posts that overlapped, nor that a task is run at all. Only for designs that promise an order: a pool's
 * thread has none.
 */
export const sequenced: Invariant = {
  id: 'sequenced',
  states: 'a runner runs one task at a time, in the order of posts',
  check(history) {
    const lines = new Map<string, Line>();
    const submitting = new Map<string, number>();
    const submitted = new Map<string, number>();
    const violations: Violation[] = [];
    for (const [index, event] of history.events.entries()) {
      if (event.kind === 'submitting') submitting.set(event.task, index);
      else if (event.kind === 'submitted') submitted.set(event.task, index);
      else if (event.kind === 'finished') {
        const line = lines.get(event.worker);
        if (line?.running?.task === event.task) line.running = undefined;
      } else if (event.kind === 'started') {
        const line = lines.get(event.worker) ?? { running: undefined, youngest: undefined };
        lines.set(event.worker, line);
        const { running, youngest } = line;
        const at = `${event.task} was started by ${event.worker} at ${moment(history, index)}`;
        if (running !== undefined) {
          violations.push({ message: `${at} while ${running.task} still ran`, events: [running.start, index] });
        }
        const accepted = submitted.get(event.task);
        if (accepted !== undefined && youngest !== undefined && youngest.submitting > accepted) {
          const message = `${at}, after ${youngest.task}, which was posted later`;
          violations.push({ message, events: [accepted, youngest.submitting, youngest.start, index] });
        }
        line.running = { task: event.task, start: index };
        const asked = submitting.get(event.task);
        if (asked !== undefined && (youngest === undefined || asked > youngest.submitting)) {
          line.youngest = { task: event.task, submitting: asked, start: index };
        }
      }
    }
    return violations;
  },
};
