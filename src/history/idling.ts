import type { History } from './history.ts';
import type { Violation } from './invariant.ts';
import { QueueState, type Slack } from './queue-state.ts';

interface Excursion {
  readonly slack: Slack;
  /** The event that was the last to find it so. */
  until: number;
  isOpen: boolean;
}

/**
 * Finds when a task waited, its type had room, and a worker idled, each without a break for longer than `longestUs`: in each of them
 * the same task and the same worker. One violation for each time during which that was so of a type. What is so when the history ends
 * counts, however short.
 * @param idlesSince see QueueState
 * @param what of the worker, since a time: `idle since`
 */
export function idlingViolations(
  history: History,
  longestUs: number,
  idlesSince: ConstructorParameters<typeof QueueState>[1],
  what: string,
): Violation[] {
  const { events, timesUs } = history;
  const state = new QueueState(history, idlesSince);
  const excursions: Excursion[] = [];
  const latest = new Map<string, Excursion>();
  let open = 0;

  const look = (index: number, beforeUs: number, isLast: boolean) => {
    const seen = new Set<string>();
    for (const slack of state.slacks(beforeUs)) {
      seen.add(slack.type);
      let excursion = latest.get(slack.type);
      if (!excursion?.isOpen) {
        excursion = { slack, until: index, isOpen: true };
        latest.set(slack.type, excursion);
        excursions.push(excursion);
        open++;
      }
      excursion.until = index;
    }
    if (isLast || seen.size === open) return;
    for (const [type, excursion] of latest) {
      if (excursion.isOpen && !seen.has(type)) {
        excursion.isOpen = false;
        open--;
      }
    }
  };
  // Between two events nothing ends: what lasted too long is seen before the event that ends it.
  for (let index = 0; index < events.length; index++) {
    state.passTime(timesUs[index] as number);
    look(index, (timesUs[index] as number) - longestUs, false);
    state.step();
  }
  if (events.length > 0) look(events.length - 1, Number.POSITIVE_INFINITY, true);
  return excursions.map((excursion) => violationOf(history, excursion, what));
}

function violationOf({ timesUs }: History, { slack, until }: Excursion, what: string): Violation {
  const { type, task, taskSince, worker, workerSince, sinceUs } = slack;
  const moment = (timeUs: number) => `${timeUs / 1000} ms`;
  return {
    message:
      `${type} had a task waiting, room for it and a worker from ${moment(sinceUs)} to ${moment(timesUs[until] as number)}: ` +
      `first ${task}, waiting since ${moment(taskSince.timeUs)}, and ${worker}, ${what} ${moment(workerSince.timeUs)}`,
    events: [...new Set([taskSince.index, workerSince.index, until])].sort((a, b) => a - b),
  };
}
