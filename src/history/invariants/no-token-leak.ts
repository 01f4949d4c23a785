import type { EventOf } from '../../engine/events.ts';
import type { Invariant } from '../invariant.ts';
import { moment } from '../moment.ts';

/**
 * Verifies that whoever takes a concurrency token gives it back: every `token-acquired` has a later `token-released` of that
 * token.
 *
 * Does not verify that the token was still held when it was given back: one that ran out before is the concurrency limit's
 * business. A leaked token ends by itself when its time to live is over; until then it takes room from its type.
 * Nor that a token is given back whose owner has gone on since (its handler ended, or it was claimed again) where a host crashed
 * after it was taken: the answer that told of the release may have died with that host.
 */
export const noTokenLeak: Invariant = {
  id: 'no-token-leak',
  states: 'every concurrency token that is taken is given back',
  check({ events, timesUs }) {
    const out = new Map<string, number>();
    const goneOn = new Map<string, number>();
    let crash = -1;
    for (const [index, event] of events.entries()) {
      if (event.kind === 'token-acquired') {
        out.set(event.token, index);
        if (event.owner !== undefined) goneOn.set(event.owner, index);
      } else if (event.kind === 'token-released') out.delete(event.token);
      else if (event.kind === 'host-crashed') crash = index;
      else if (event.kind === 'finished' || event.kind === 'expired') goneOn.set(event.task, index);
    }
    const isUnknown = (index: number) => {
      const { owner } = events[index] as EventOf<'token-acquired'>;
      return owner !== undefined && crash > index && (goneOn.get(owner) ?? -1) > index;
    };
    const leaked = [...out.values()].filter((index) => !isUnknown(index));
    return leaked.map((index) => {
      const { token, type } = events[index] as EventOf<'token-acquired'>;
      const taken = moment({ events, timesUs }, index);
      return { message: `token ${token} of ${type}, taken at ${taken}, was never given back`, events: [index] };
    });
  },
};
