import type { Hold } from '../../scenario/hold.ts';
import type { RunProfile } from '../profile.ts';
import { messageAt, messageCount, type Schedule } from './schedule.ts';

/** Messages held back at most. */
const DELAYS_MAX = 3;
/** How long a message is held back, in µs: past the neighbouring message, past a round trip, past a script's lease renewal. */
const DELAYS_US = [300, 2000, 20_000] as const;

/**
 * Delay-bounded scheduling (Emmi, Qadeer, Rakamarić, "Delay-bounded scheduling", POPL 2011): a deterministic schedule that may
 * deviate at most k times, each time by delaying who is next. Most bugs need few delays, and the schedules with k are polynomially
 * many, n^k.
 *
 * Here what is delayed is a message. Deviation: a delay has a length, one of three, as virtual time decides who is next. By chance
 * up to three delays; `delayBoundedSchedules` has all of up to k.
 */
export const delayBounded: Schedule = {
  name: 'delay-bounded',
  holds(profile, draw) {
    const count = messageCount(profile);
    if (count === 0) return [];
    const chosen = new Map<number, number>();
    const delays = 1 + draw.integer(DELAYS_MAX);
    for (let nth = 0; nth < delays; nth++) {
      chosen.set(draw.integer(count), DELAYS_US[draw.integer(DELAYS_US.length)] as number);
    }
    return [...chosen].sort(([a], [b]) => a - b).map(([place, byUs]): Hold => ({ ...messageAt(profile, place), byUs }));
  },
};

/** Every schedule of at most k delays of that length, fewer delays first. */
export function* delayBoundedSchedules(
  profile: RunProfile,
  delays: number,
  byUs: number = DELAYS_US[0],
): Generator<readonly Hold[]> {
  const count = messageCount(profile);
  for (let exactly = 0; exactly <= delays; exactly++) yield* combinations(exactly, 0);

  function* combinations(left: number, from: number): Generator<readonly Hold[]> {
    if (left === 0) {
      yield [];
      return;
    }
    for (let place = from; place <= count - left; place++) {
      const hold = { ...messageAt(profile, place), byUs };
      for (const rest of combinations(left - 1, place + 1)) yield [hold, ...rest];
    }
  }
}
