import type { Invariant, Violation } from '../invariant.ts';
import { moment } from '../moment.ts';

/** Shorter than any documented poll or block: who asks again so soon did not wait. */
const LEAST_WAIT_US = 10_000;
/** So often in a row is no matter of an unlucky moment: a signal whose task another took, a wait that was about to end. */
const IN_VAIN_MAX = 10;

/** Polls of one worker, each in vain and soon after the one before. */
interface Row {
  readonly events: number[];
  lastUs: number;
}

/**
 * Verifies that a worker that finds nothing waits before it asks again: that it does not ask in vain more than 10 times in a row, each time
 * within 10 ms of the time before, while nothing happens that could have called it. One violation for each such row.
 *
 * What could have called it is everything that is reported by anybody, but for other workers' polls in vain: so a herd that is woken for
 * one task is no busy loop, and a busy loop beside a busy queue may go unseen.
 *
 * Does not verify what waiting costs: a pool that polls every 10 ms satisfies this.
 */
export const noBusyLoop: Invariant = {
  id: 'no-busy-loop',
  states: 'a worker that finds nothing waits before it asks again',
  check({ events, timesUs }) {
    const rows = new Map<string, Row>();
    const violations: { readonly worker: string; readonly row: Row }[] = [];
    for (const [index, event] of events.entries()) {
      if (event.kind !== 'empty-poll') {
        rows.clear();
        continue;
      }
      const { worker } = event;
      const nowUs = timesUs[index] as number;
      const row = rows.get(worker);
      if (row === undefined || nowUs - row.lastUs >= LEAST_WAIT_US) {
        rows.set(worker, { events: [index], lastUs: nowUs });
        continue;
      }
      row.events.push(index);
      row.lastUs = nowUs;
      // The first of the row is one that asked and was to wait.
      if (row.events.length === IN_VAIN_MAX + 2) violations.push({ worker, row });
    }
    return violations.map(({ worker, row: { events: polls } }): Violation => {
      const [from, to] = [polls[0], polls.at(-1)] as [number, number];
      const history = { events, timesUs };
      return {
        message: `${worker} asked in vain ${polls.length} times from ${moment(history, from)} to ${moment(history, to)}, and nothing had happened`,
        events: polls,
      };
    });
  },
};
