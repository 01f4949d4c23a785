import type { EventOf } from '../../engine/events.ts';
import type { History } from '../history.ts';
import type { Violation } from '../invariant.ts';
import { onlineInvariant } from '../judge.ts';
import { moment } from '../moment.ts';

/**
 * Verifies that no handler is started twice for one task, on one worker or on two, at once or one after the other. One
 * violation for each start after the first.
 *
 * Does not verify what a handler does to the world: a second start is a breach though the first crashed before it did anything,
 * as it is under any at-least-once delivery.
 */
export const noDuplicateExecution = onlineInvariant({
  id: 'no-duplicate-execution',
  states: 'no task is started twice',
  judge(history, executions) {
    const starts = new Map<string, number>();
    const repeats: (readonly [previous: number, start: number])[] = [];
    return {
      observe(event, index) {
        if (event.kind !== 'started') return false;
        const previous = starts.get(event.task);
        starts.set(event.task, index);
        if (previous === undefined) return false;
        repeats.push([previous, index]);
        return true;
      },
      violations() {
        if (repeats.length === 0) return [];
        const { partner } = executions();
        return repeats.map(([previous, start]) => repeated(history, previous, start, partner[previous] as number));
      },
    };
  },
});

function repeated(history: History, previous: number, start: number, end: number): Violation {
  const first = history.events[previous] as EventOf<'started'>;
  const second = history.events[start] as EventOf<'started'>;
  const message =
    `${first.task} (${first.type}) was started by ${first.worker} at ${moment(history, previous)} and again by ` +
    `${second.worker} at ${moment(history, start)}, ${meanwhile(history, start, end)}`;
  if (end === -1) return { message, events: [previous, start] };
  return { message, events: end < start ? [previous, end, start] : [previous, start, end] };
}

function meanwhile(history: History, start: number, end: number): string {
  if (end === -1) return 'the first never having finished';
  if (end < start) return `after the first had finished at ${moment(history, end)}`;
  return `while the first still ran, until ${moment(history, end)}`;
}
