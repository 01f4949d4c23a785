import { firstClaims } from '../first-claims.ts';
import type { Invariant } from '../invariant.ts';
import { MaxTree } from '../max-tree.ts';
import { moment } from '../moment.ts';
import { grouped, type Overtaking, tellOvertakings } from '../overtaking.ts';
import { NEVER } from '../task-life.ts';

/**
 * Verifies that tasks of one type and priority are claimed in the order in which they were submitted: none that was asked for
 * after another had been accepted is claimed before the other's claim began. One violation for each time during which tasks of a
 * type stood overtaken.
 *
 * Submissions under way at the same time have no order, nor have claims. A claim is reported when it is won; it is taken to have
 * begun after the last event of its worker, and at most 1 s before its report (more where its host stood still, or its messages were held up or lost), so that a
 * worker that waited idly for longer is blamed only for what it let pass in the last second. One that waits for a token with a
 * task in hand is claiming it all the time.
 *
 * Does not verify a task that was never claimed, nor later claims of one that was given back, nor one that was taken over
 * from another worker: that may have claimed it unseen.
 */
export const fifoPerType: Invariant = {
  id: 'fifo-per-type',
  states: 'tasks of one type and priority are claimed in the order of their submission',
  check(history) {
    const overtakings: Overtaking[] = [];
    for (const ofType of grouped(firstClaims(history), ({ type }) => type).values()) {
      for (const claims of grouped(ofType, ({ priority }) => priority).values()) {
        const submittings = new MaxTree(claims.length);
        for (const [place, { submitting }] of claims.entries()) submittings.raise(place, submitting);
        for (const overtaken of claims) {
          if (overtaken.submitted === NEVER) continue;
          const by = claims[submittings.firstAbove(overtaken.submitted)];
          if (by !== undefined && by.claimed <= overtaken.began) overtakings.push({ overtaken, by });
        }
      }
    }
    return tellOvertakings(history, overtakings, ({ overtaken, by }) => {
      const at = (index: number) => moment(history, index);
      return (
        `was accepted at ${at(overtaken.submitted)} and claimed at ${at(overtaken.claimed)}, after ${by.task}, which was ` +
        `submitted at ${at(by.submitting)} and claimed at ${at(by.claimed)}`
      );
    });
  },
};
