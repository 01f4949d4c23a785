/**
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE Transactions on Software
 * Engineering 28(2), 2002): a part of the items that still fails and is 1-minimal, so that it passes without any one of them.
 *
 * Deviation: the empty part is tried first, as most axes of a counterexample do not matter at all; and complements only, no lone
 * chunks, as removing half is what mostly works; and the last items go first.
 *
 * @param fails whether the run fails with these items only; asked of the whole never
 */
export async function ddmin<T>(
  items: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  if (items.length === 0 || (await fails([]))) return [];
  let whole = items;
  let chunks = 2;
  while (whole.length > 1) {
    const size = Math.ceil(whole.length / chunks);
    let reduced = false;
    for (let to = whole.length; to > 0; to -= size) {
      const rest = [...whole.slice(0, Math.max(0, to - size)), ...whole.slice(to)];
      if (rest.length === 0 || !(await fails(rest))) continue;
      whole = rest;
      chunks = Math.max(2, chunks - 1);
      reduced = true;
      break;
    }
    if (reduced) continue;
    if (size === 1) break;
    chunks = Math.min(whole.length, chunks * 2);
  }
  return whole;
}
