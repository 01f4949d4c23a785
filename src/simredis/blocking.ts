import { BLOCKED, type CommandContext, type Wait } from './command.ts';
import { ErrorReply, type Reply } from './reply.ts';
import type { Session } from './session.ts';

/** The timers of the world the server lives in. */
export interface Timers {
  /** Calls back at a time in µs since the epoch; the returned function takes it back. */
  at(timeUs: number, callback: () => void): () => void;
}

interface Waiter {
  readonly session: Session;
  readonly wait: Wait;
  readonly cancelTimeout: (() => void) | undefined;
}

/**
 * Clients parked on keys: BLPOP, BLMOVE, BZPOPMIN, XREAD BLOCK, XREADGROUP BLOCK.
 *
 * As in Redis, they are served after the command (or the whole script or transaction) that made a key ready, and first
 * come first served per key.
 */
export class Blocking {
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #bySession = new Map<Session, Waiter>();
  readonly #ready = new Set<string>();
  readonly #timers: Timers;
  readonly #release: (session: Session, reply: Reply) => void;

  /** @param release hands the reply to a client that is parked no longer. */
  constructor(timers: Timers, release: (session: Session, reply: Reply) => void) {
    this.#timers = timers;
    this.#release = release;
  }

  get count(): number {
    return this.#bySession.size;
  }

  /** Parks a session. The caller has tried `wait.attempt` before. */
  park(session: Session, wait: Wait, nowUs: number): void {
    const cancelTimeout =
      wait.timeoutMs > 0
        ? this.#timers.at(nowUs + Math.round(wait.timeoutMs * 1000), () => {
            this.unpark(session);
            this.#release(session, wait.onTimeout);
          })
        : undefined;
    const waiter: Waiter = { session, wait, cancelTimeout };
    this.#bySession.set(session, waiter);
    session.blocked = true;
    for (const key of wait.keys) {
      const waiters = this.#waiters.get(key);
      if (waiters) waiters.add(waiter);
      else this.#waiters.set(key, new Set([waiter]));
    }
  }

  /** Takes a session out, with no reply: it timed out, was served, or its connection closed. */
  unpark(session: Session): void {
    const waiter = this.#bySession.get(session);
    if (!waiter) return;
    this.#bySession.delete(session);
    session.blocked = false;
    waiter.cancelTimeout?.();
    for (const key of waiter.wait.keys) {
      const waiters = this.#waiters.get(key);
      waiters?.delete(waiter);
      if (waiters?.size === 0) this.#waiters.delete(key);
    }
  }

  /** A key was touched; those who wait for it are tried at the next `serve`. */
  touched(key: string): void {
    if (this.#waiters.size > 0 && this.#waiters.has(key)) this.#ready.add(key);
  }

  /** Serves the clients that wait for touched keys, until no key is ready any more. */
  serve(context: CommandContext): void {
    while (this.#ready.size > 0) {
      const keys = [...this.#ready];
      this.#ready.clear();
      for (const key of keys) this.#serveKey(key, context);
    }
  }

  #serveKey(key: string, context: CommandContext): void {
    let nothingFor: string | undefined;
    for (const waiter of this.#waiters.get(key) ?? []) {
      const { rivals } = waiter.wait;
      if (rivals !== undefined && rivals === nothingFor) continue;
      if (!this.#tryOne(waiter, context, key)) nothingFor = rivals;
    }
  }

  /** @returns whether the client was served */
  #tryOne(waiter: Waiter, context: CommandContext, readyKey: string): boolean {
    let reply: Reply | typeof BLOCKED;
    try {
      reply = waiter.wait.attempt(context, readyKey);
    } catch (error) {
      if (!(error instanceof ErrorReply)) throw error;
      reply = error;
    }
    if (reply === BLOCKED) return false;
    this.unpark(waiter.session);
    this.#release(waiter.session, reply);
    return true;
  }
}
