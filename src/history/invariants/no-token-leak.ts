import type { EventOf } from '../../engine/events.ts';
import type { StruckFault } from '../history.ts';
import type { Invariant } from '../invariant.ts';
import { moment } from '../moment.ts';

/** Faults after which Redis may have run a command that nobody hears of. Of lost requests, and of what is late, the client hears. */
const ANSWERS_LOST: readonly string[] = ['reply-lost', 'reset', 'redis-restart', 'failover'];

/** Indexes of the events after which answers were lost last. */
class LostAnswers {
  /** To any host. */
  last = -1;
  #toAll = -1;
  readonly #toOne = new Map<string, number>();

  add({ kind, host }: StruckFault, index: number): void {
    if (!ANSWERS_LOST.includes(kind)) return;
    this.last = index;
    if (host === undefined) this.#toAll = index;
    else this.#toOne.set(host, index);
  }

  lastTo(host: string | undefined): number {
    return Math.max(this.#toAll, (host === undefined ? undefined : this.#toOne.get(host)) ?? -1);
  }
}

interface Hand {
  readonly task: string;
  /** Index of its acquisition, where the token is the task's own. */
  readonly token: number | undefined;
  /** Of its handler. */
  ended: number | undefined;
}

/**
 * Verifies that whoever takes a concurrency token gives it back: every `token-acquired` has a later `token-released` of that
 * token.
 *
 * Does not verify that the token was still held when it was given back: one that ran out before is the concurrency limit's
 * business. A leaked token ends by itself when its time to live is over; until then it takes room from its type.
 * Nor that a token is given back whose owner has gone on since (its handler ended, or it was claimed again) where a host crashed
 * or a process was killed after it was taken: the answer that told of the release may have died with it.
 * Nor one that has an owner and an unknown end, as an answer was lost: to its worker's host, after its handler had ended, and then the
 * settlement failed (it had run, and what was refused is the same sent again); or to any host, after it was taken, and then its owner was
 * claimed again (who took it back has not heard).
 */
export const noTokenLeak: Invariant = {
  id: 'no-token-leak',
  states: 'every concurrency token that is taken is given back',
  check({ events, timesUs }) {
    const out = new Map<string, number>();
    const goneOn = new Map<string, number>();
    /** Of each owner the token that it took last, by the index of that event. */
    const latest = new Map<string, number>();
    const unanswered = new Set<number>();
    const answers = new LostAnswers();
    const processes = new Map<string, string>();
    /** What each worker claimed last. */
    const hands = new Map<string, Hand>();
    let crash = -1;
    for (const [index, event] of events.entries()) {
      if (event.kind === 'token-acquired') {
        out.set(event.token, index);
        if (event.owner === undefined) continue;
        const before = latest.get(event.owner);
        if (before !== undefined && answers.last > before) unanswered.add(before);
        latest.set(event.owner, index);
        goneOn.set(event.owner, index);
      } else if (event.kind === 'token-released') out.delete(event.token);
      else if (event.kind === 'host-crashed' || event.kind === 'process-killed') crash = index;
      else if (event.kind === 'finished' || event.kind === 'expired') {
        goneOn.set(event.task, index);
        const hand = hands.get(event.worker);
        if (hand?.task === event.task) hand.ended = index;
      } else if (event.kind === 'claimed') {
        hands.set(event.worker, { task: event.task, token: latest.get(event.task), ended: undefined });
      } else if (event.kind === 'worker-started') processes.set(event.worker, event.process);
      else if (event.kind === 'fault') answers.add(event.fault, index);
      else if (event.kind === 'settle-failed') {
        const { task, token, ended } = hands.get(event.worker) ?? {};
        if (task !== event.task || token === undefined || ended === undefined) continue;
        if (answers.lastTo(processes.get(event.worker)) > ended) unanswered.add(token);
      }
    }
    const isUnknown = (index: number) => {
      const { owner } = events[index] as EventOf<'token-acquired'>;
      if (owner === undefined) return false;
      return unanswered.has(index) || (crash > index && (goneOn.get(owner) ?? -1) > index);
    };
    const leaked = [...out.values()].filter((index) => !isUnknown(index));
    return leaked.map((index) => {
      const { token, type } = events[index] as EventOf<'token-acquired'>;
      const taken = moment({ events, timesUs }, index);
      return { message: `token ${token} of ${type}, taken at ${taken}, was never given back`, events: [index] };
    });
  },
};
