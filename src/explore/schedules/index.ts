import { UsageError } from '../../scenario/usage-error.ts';
import { delayBounded } from './delay-bounded.ts';
import { fifo } from './fifo.ts';
import { pct } from './pct.ts';
import { random } from './random.ts';
import type { Schedule } from './schedule.ts';

/** Schedules that draw. The exhaustive one visits all there are, and is no draw. */
export const SCHEDULES: readonly Schedule[] = [random, pct, delayBounded, fifo];

/** @throws UsageError */
export function scheduleNamed(name: string): Schedule {
  const found = SCHEDULES.find((schedule) => schedule.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`there is no schedule '${name}'; there are: ${SCHEDULES.map((each) => each.name).join(', ')}`);
}
