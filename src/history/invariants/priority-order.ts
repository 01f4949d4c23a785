import { type FirstClaim, firstClaims } from '../first-claims.ts';
import type { Invariant } from '../invariant.ts';
import { MaxTree } from '../max-tree.ts';
import { moment } from '../moment.ts';
import { grouped, type Overtaking, tellOvertakings } from '../overtaking.ts';
import { NEVER } from '../task-life.ts';

/**
 * Verifies that no task is claimed while a more urgent one of its type waits: one that was accepted before the claim began, and
 * whose own claim began only after it. One violation for each time during which tasks of a type stood overtaken.
 *
 * A claim that was under way when the more urgent task was accepted is no breach. When a claim is taken to have begun, and which
 * claims are left out, is as in `fifo-per-type`.
 *
 * Does not verify the order between types, nor that a more urgent task interrupts one that runs.
 */
export const priorityOrder: Invariant = {
  id: 'priority-order',
  states: 'no task is claimed while a more urgent one of its type waits',
  check(history) {
    const overtakings = [...grouped(firstClaims(history), ({ type }) => type).values()].flatMap(overtakingsOf);
    return tellOvertakings(history, overtakings, ({ overtaken, by }) => {
      const at = (index: number) => moment(history, index);
      return (
        `of priority ${overtaken.priority} was accepted at ${at(overtaken.submitted)} and claimed at ` +
        `${at(overtaken.claimed)}, after ${by.task} of priority ${by.priority}, which was claimed at ${at(by.claimed)}`
      );
    });
  },
};

/** @param claims of one type, in the order of their reports */
function overtakingsOf(claims: readonly FirstClaim[]): Overtaking[] {
  const overtakings: Overtaking[] = [];
  const lessUrgent = new MaxTree(claims.length);
  const placed = claims.map((claim, place) => ({ claim, place }));
  const levels = grouped(placed, ({ claim }) => claim.priority);
  for (const [, level] of [...levels].sort(([a], [b]) => a - b)) {
    for (const { claim: overtaken } of level) {
      if (overtaken.submitted === NEVER) continue;
      const by = claims[lessUrgent.firstAbove(overtaken.submitted - 1)];
      if (by !== undefined && by.claimed <= overtaken.began) overtakings.push({ overtaken, by });
    }
    for (const { claim, place } of level) lessUrgent.raise(place, claim.began);
  }
  return overtakings;
}
