import type { FirstClaim } from './first-claims.ts';
import type { History } from './history.ts';
import type { Violation } from './invariant.ts';
import { moment } from './moment.ts';

/** A claim that should have come first, and the first that was made before it began. */
export interface Overtaking {
  readonly overtaken: FirstClaim;
  readonly by: FirstClaim;
}

/**
 * One violation for each time during which tasks of a type stood overtaken, told by the first of them.
 * @param what tells what is wrong with it, as `t1 (email) …`
 */
export function tellOvertakings(
  history: History,
  overtakings: readonly Overtaking[],
  what: (first: Overtaking) => string,
): Violation[] {
  const sorted = overtakings.toSorted(
    (a, b) => a.by.claimed - b.by.claimed || a.overtaken.claimed - b.overtaken.claimed,
  );
  const excursions: { readonly first: Overtaking; others: number; end: number }[] = [];
  const latest = new Map<string, (typeof excursions)[number]>();
  for (const overtaking of sorted) {
    const { overtaken, by } = overtaking;
    const excursion = latest.get(overtaken.type);
    if (excursion !== undefined && by.claimed <= excursion.end) {
      excursion.others++;
      excursion.end = Math.max(excursion.end, overtaken.claimed);
      continue;
    }
    const opened = { first: overtaking, others: 0, end: overtaken.claimed };
    latest.set(overtaken.type, opened);
    excursions.push(opened);
  }
  return excursions.map(({ first, others, end }) => {
    const { overtaken, by } = first;
    const more = others === 0 ? '' : `; ${others} more overtaken until ${moment(history, end)}`;
    return {
      message: `${overtaken.task} (${overtaken.type}) ${what(first)}${more}`,
      events: [overtaken.submitted, by.submitting, by.claimed, overtaken.claimed].sort((a, b) => a - b),
    };
  });
}

/** Things in groups, in the order in which a group is first seen. */
export function grouped<T, K>(things: readonly T[], keyOf: (thing: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [thing]);
    else group.push(thing);
  }
  return groups;
}
