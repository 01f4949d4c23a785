import type { Hold } from '../../scenario/hold.ts';
import { type Schedule, WAYS } from './schedule.ts';

/** Longer than two round trips of a data centre: enough for any message to come after any other of its moment. */
const SPREAD_US = 1000;

/**
 * Every message is held back by an amount of its own: the plain random walk that papers on exploration take as their baseline. It
 * needs no knowledge of the design, and finds shallow races fast; a bug that needs d certain orders it meets with a chance that
 * falls exponentially with d.
 */
export const random: Schedule = {
  name: 'random',
  holds({ commands }, draw) {
    const holds: Hold[] = [];
    for (const { host, name, count } of commands) {
      for (let nth = 1; nth <= count; nth++) {
        for (const way of WAYS) holds.push({ host, way, command: name, nth, byUs: draw.integer(SPREAD_US + 1) });
      }
    }
    return holds;
  },
};
