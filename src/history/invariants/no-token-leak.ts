import type { EventOf } from '../../engine/events.ts';
import type { Invariant } from '../invariant.ts';
import { moment } from '../moment.ts';

/**
 * Verifies that whoever takes a concurrency token gives it back: every `token-acquired` has a later `token-released` of that
 * token.
 *
 * Does not verify that the token was still held when it was given back: one that ran out before is the concurrency limit's
 * business. A leaked token ends by itself when its time to live is over; until then it takes room from its type.
 */
export const noTokenLeak: Invariant = {
  id: 'no-token-leak',
  states: 'every concurrency token that is taken is given back',
  check({ events, timesUs }) {
    const out = new Map<string, number>();
    for (const [index, event] of events.entries()) {
      if (event.kind === 'token-acquired') out.set(event.token, index);
      else if (event.kind === 'token-released') out.delete(event.token);
    }
    return [...out.values()].map((index) => {
      const { token, type } = events[index] as EventOf<'token-acquired'>;
      const taken = moment({ events, timesUs }, index);
      return { message: `token ${token} of ${type}, taken at ${taken}, was never given back`, events: [index] };
    });
  },
};
