import type { Hold } from '../../scenario/hold.ts';
import { messageAt, messageCount, type Schedule } from './schedule.ts';

/** Orders that the bug needs; most bugs need one or two. */
const DEPTH = 3;
/** Between two neighbouring priorities: longer than a round trip of a data centre, so that the higher one has done first. */
const STEP_US = 400;

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic
 * guarantees of finding bugs", ASPLOS 2010): threads get distinct priorities by chance, the highest that can run runs, and at
 * d - 1 steps chosen by chance the thread that is about to run drops below all others. With n threads and k steps a bug of depth d
 * is found with a probability of at least 1/(n k^(d-1)) a run.
 *
 * Here threads are hosts, steps are their commands, and a priority is how long the host's requests are held back. Deviation: time
 * goes on, so that a lower host runs later and not only when all higher ones wait; the guarantee holds for races within the span
 * that the priorities put between hosts.
 */
export const pct: Schedule = {
  name: 'pct',
  holds(profile, draw) {
    const hosts = [...new Set(profile.commands.map(({ host }) => host))];
    const places = new Map(shuffled(hosts, (below) => draw.integer(below)).map((host, place) => [host, place]));
    const steps = messageCount(profile) >> 1;
    const drops = Array.from({ length: DEPTH - 1 }, (_, nth) => ({
      ...messageAt(profile, draw.integer(steps) * 2),
      place: hosts.length + nth,
    }));
    const holds: Hold[] = [];
    for (const { host, name, count } of profile.commands) {
      for (let nth = 1; nth <= count; nth++) {
        const drop = drops.find((change) => change.host === host && change.command === name && change.nth === nth);
        if (drop !== undefined) places.set(host, drop.place);
        const byUs = (places.get(host) as number) * STEP_US;
        if (byUs > 0) holds.push({ host, way: 'request', command: name, nth, byUs });
      }
    }
    return holds;
  },
};

function shuffled<T>(items: readonly T[], integer: (below: number) => number): T[] {
  const order = [...items];
  for (let left = order.length; left > 1; left--) {
    const chosen = integer(left);
    [order[left - 1], order[chosen]] = [order[chosen] as T, order[left - 1] as T];
  }
  return order;
}
