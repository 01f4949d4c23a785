/** Up to here every number is tried, from the least up; beyond, what breaks with more is taken to break with still more. */
const TRIED_ONE_BY_ONE = 8;

/**
 * The smallest numbers that still break: each in turn as small as it can be while the others are as they are, until nothing changes.
 * @param numbers are known to break
 * @param leastOf the least that the one at a place may be, given the others
 */
export async function smallest(
  numbers: readonly number[],
  leastOf: (place: number, numbers: readonly number[]) => number,
  breaks: (numbers: readonly number[]) => Promise<boolean>,
): Promise<readonly number[]> {
  let current = numbers;
  for (let changed = true; changed; ) {
    changed = false;
    for (const [place, before] of current.entries()) {
      const having = (number: number) => current.with(place, number);
      const fewest = await fewestThat(leastOf(place, current), before, (number) => breaks(having(number)));
      if (fewest === before) continue;
      current = having(fewest);
      changed = true;
    }
  }
  return current;
}

/** @param most is known to break */
async function fewestThat(least: number, most: number, breaks: (number: number) => Promise<boolean>): Promise<number> {
  let number = least;
  for (; number < most && number <= TRIED_ONE_BY_ONE; number++) if (await breaks(number)) return number;
  let [tooFew, enough] = [number - 1, most];
  while (enough - tooFew > 1) {
    const middle = (tooFew + enough) >> 1;
    if (await breaks(middle)) enough = middle;
    else tooFew = middle;
  }
  return Math.min(enough, most);
}
