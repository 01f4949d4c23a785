import type { EventOf } from '../../engine/events.ts';
import type { Invariant } from '../invariant.ts';
import { LostAnswers } from '../lost-answers.ts';
import { moment } from '../moment.ts';

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
 * Nor that a token is given back that has an owner and an unknown end, as the answer that would tell may be missing: its worker's host
 * died after the handler had ended, or lost an answer then and the settlement failed (it had run, and what was refused is the same sent
 * again); or its owner was claimed again, and since it was taken somebody lost an answer (who took it back has not heard).
 */
export const noTokenLeak: Invariant = {
  id: 'no-token-leak',
  states: 'every concurrency token that is taken is given back',
  check({ events, timesUs }) {
    const out = new Map<string, number>();
    /** Of each owner the token that it took last, by the index of that event. */
    const latest = new Map<string, number>();
    const unanswered = new Set<number>();
    const answers = new LostAnswers();
    const processes = new Map<string, string>();
    /** What each worker claimed last. */
    const hands = new Map<string, Hand>();
    for (const [index, event] of events.entries()) {
      answers.observe(event, index);
      if (event.kind === 'token-acquired') {
        out.set(event.token, index);
        if (event.owner === undefined) continue;
        const before = latest.get(event.owner);
        if (before !== undefined && answers.last > before) unanswered.add(before);
        latest.set(event.owner, index);
      } else if (event.kind === 'token-released') out.delete(event.token);
      else if (event.kind === 'host-crashed' || event.kind === 'process-killed') {
        for (const [worker, { token, ended }] of hands) {
          if (processes.get(worker) === event.host && token !== undefined && ended !== undefined) unanswered.add(token);
        }
      } else if (event.kind === 'finished' || event.kind === 'expired') {
        const hand = hands.get(event.worker);
        if (hand?.task === event.task) hand.ended = index;
      } else if (event.kind === 'claimed') {
        hands.set(event.worker, { task: event.task, token: latest.get(event.task), ended: undefined });
      } else if (event.kind === 'worker-started') processes.set(event.worker, event.process);
      else if (event.kind === 'settle-failed') {
        const { task, token, ended } = hands.get(event.worker) ?? {};
        if (task !== event.task || token === undefined || ended === undefined) continue;
        if (answers.lastTo(processes.get(event.worker)) > ended) unanswered.add(token);
      }
    }
    const isUnknown = (index: number) => {
      const { owner } = events[index] as EventOf<'token-acquired'>;
      return owner !== undefined && unanswered.has(index);
    };
    const leaked = [...out.values()].filter((index) => !isUnknown(index));
    return leaked.map((index) => {
      const { token, type } = events[index] as EventOf<'token-acquired'>;
      const taken = moment({ events, timesUs }, index);
      return { message: `token ${token} of ${type}, taken at ${taken}, was never given back`, events: [index] };
    });
  },
};
