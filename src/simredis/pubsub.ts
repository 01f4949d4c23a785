import { compileGlob } from './glob.ts';
import type { Session } from './session.ts';

/** Channels and patterns, and who listens. Messages go out in the order of subscription. */
export class PubSub {
  readonly #channels = new Map<string, Set<Session>>();
  readonly #patterns = new Map<
    string,
    { readonly matches: (text: string) => boolean; readonly sessions: Set<Session> }
  >();

  subscribe(session: Session, channel: string): void {
    session.channels.add(channel);
    const sessions = this.#channels.get(channel);
    if (sessions) sessions.add(session);
    else this.#channels.set(channel, new Set([session]));
  }

  unsubscribe(session: Session, channel: string): void {
    session.channels.delete(channel);
    const sessions = this.#channels.get(channel);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#channels.delete(channel);
  }

  psubscribe(session: Session, pattern: string): void {
    session.patterns.add(pattern);
    const entry = this.#patterns.get(pattern);
    if (entry) entry.sessions.add(session);
    else this.#patterns.set(pattern, { matches: compileGlob(pattern), sessions: new Set([session]) });
  }

  punsubscribe(session: Session, pattern: string): void {
    session.patterns.delete(pattern);
    const entry = this.#patterns.get(pattern);
    entry?.sessions.delete(session);
    if (entry?.sessions.size === 0) this.#patterns.delete(pattern);
  }

  /** @returns how many clients were given the message. */
  publish(channel: string, message: string): number {
    let receivers = 0;
    for (const session of this.#channels.get(channel) ?? []) {
      session.push(['message', channel, message]);
      receivers++;
    }
    for (const [pattern, { matches, sessions }] of this.#patterns) {
      if (!matches(channel)) continue;
      for (const session of sessions) {
        session.push(['pmessage', pattern, channel, message]);
        receivers++;
      }
    }
    return receivers;
  }

  /** Channels with a subscriber, sorted so that no order of maps shows. */
  channels(pattern: string | undefined): string[] {
    const matches = pattern === undefined ? () => true : compileGlob(pattern);
    return [...this.#channels.keys()].filter(matches).sort();
  }

  subscribers(channel: string): number {
    return this.#channels.get(channel)?.size ?? 0;
  }

  get patternCount(): number {
    return this.#patterns.size;
  }

  drop(session: Session): void {
    for (const channel of [...session.channels]) this.unsubscribe(session, channel);
    for (const pattern of [...session.patterns]) this.punsubscribe(session, pattern);
  }
}
