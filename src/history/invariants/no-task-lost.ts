import type { History } from '../history.ts';
import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';
import { isLost, NEVER, type TaskLife, taskLives } from '../task-life.ts';

/**
 * Verifies that every accepted task ends: a handler ran to an end (well or badly), or the task was canceled, or it had waited
 * longer than its queue timeout. A status proves nothing: a task that was marked failed and never ran is lost.
 *
 * Does not verify a task whose submission was never answered: whether it was accepted is unknown. Nor that the outcome was
 * written down, nor that a task ran only once.
 */
export const noTaskLost: Invariant = {
  id: 'no-task-lost',
  states: 'every accepted task is run to an end, canceled, or expires in the queue',
  check(history) {
    const lost = new Map<string, TaskLife>();
    for (const life of taskLives(history).values()) if (isLost(life)) lost.set(life.task, life);
    if (lost.size === 0) return [];
    const proofs = eventsOf(history, lost);
    return [...lost.values()]
      .sort((a, b) => a.submitted - b.submitted)
      .map((life): Violation => ({ message: story(history, life), events: proofs.get(life.task) as number[] }));
  },
};

function story(history: History, life: TaskLife): string {
  const who = `${life.task} (${life.type})`;
  if (life.starts > 0) {
    const { worker } = history.events[life.lastStart] as { readonly worker: string };
    const how = life.starts > 1 ? `${life.starts} times, the last time by` : 'by';
    return `${who} was started ${how} ${worker} at ${moment(history, life.lastStart)} and never finished`;
  }
  if (life.status === 'failed' || life.status === 'timeout' || life.status === 'success') {
    return `${who} was marked ${life.status} at ${moment(history, life.statusAt)} and never ran`;
  }
  if (life.claimed !== NEVER) {
    const { worker } = history.events[life.claimed] as { readonly worker: string };
    return `${who} was claimed by ${worker} at ${moment(history, life.claimed)} and never ran`;
  }
  return `${who} was accepted at ${moment(history, life.submitted)} and never ran: no worker claimed it`;
}

/** All events of the tasks; of conflicts in a row, as of a worker that waits for a token, only the last. */
function eventsOf({ events }: History, tasks: ReadonlyMap<string, unknown>): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [index, event] of events.entries()) {
    if (!('task' in event) || !tasks.has(event.task)) continue;
    const own = found.get(event.task) ?? [];
    found.set(event.task, own);
    const last = own.at(-1);
    if (event.kind === 'conflict' && last !== undefined && events[last]?.kind === 'conflict') own.pop();
    own.push(index);
  }
  return found;
}
