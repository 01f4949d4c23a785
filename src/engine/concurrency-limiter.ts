import acquire from './concurrency-limiter.acquire.lua.ts';
import { InvalidValueError } from './errors.ts';
import type { Keys } from './keys.ts';
import type { Ports } from './ports.ts';
import { runScript } from './script.ts';

/** The right to run one task of a type. Release it when the task has ended. */
export interface Token {
  readonly type: string;
  readonly id: string;
}

/** Tokens that are never given back end by themselves after this time. */
export const TOKEN_TTL_MS = 60_000;

/**
 * How many tasks of a type may run at once, over all processes: a Redis semaphore of expiring tokens (xqueue-changelog, 0.0.3).
 *
 * Promises: at most `limit` unexpired tokens per type. Broken by: a handler that outlives its token's `ttlMs` (the token ends,
 * the handler does not). Limits can be changed while tasks run; a lowered limit takes nothing from those who hold a token.
 */
export class ConcurrencyLimiter {
  readonly #ports: Pick<Ports, 'redis' | 'random' | 'observe'>;
  readonly #keys: Keys;
  readonly #ttlMs: number;
  readonly #limits = new Map<string, number>();

  constructor(ports: Pick<Ports, 'redis' | 'random' | 'observe'>, keys: Keys, ttlMs = TOKEN_TTL_MS) {
    this.#ports = ports;
    this.#keys = keys;
    this.#ttlMs = ttlMs;
  }

  /** @throws InvalidValueError for a limit that is not a whole number above 0 */
  setLimit(type: string, limit: number): void {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new InvalidValueError(`the limit of '${type}' must be a whole number above 0, not ${limit}`);
    }
    this.#limits.set(type, limit);
    this.#ports.observe({ kind: 'limit-changed', type, limit });
  }

  /** The limit of a type; Infinity where none was set. */
  limit(type: string): number {
    return this.#limits.get(type) ?? Number.POSITIVE_INFINITY;
  }

  /** The limit of a type for a script, which knows no Infinity: 0 where none was set. */
  limitOrZero(type: string): number {
    return this.#limits.get(type) ?? 0;
  }

  /** Takes a token, or undefined where the limit is reached. A type without a limit always gets one, and asks nobody. */
  async acquire(type: string): Promise<Token | undefined> {
    const token = { type, id: this.#ports.random.id() };
    const limit = this.limit(type);
    if (limit === Number.POSITIVE_INFINITY) return token;
    const held = await runScript(
      this.#ports.redis,
      acquire,
      [this.#keys.semaphore(type)],
      [limit, token.id, this.#ttlMs],
    );
    if (held !== 1) return undefined;
    this.#ports.observe({ kind: 'token-acquired', type, token: token.id });
    return token;
  }

  /** Gives a token back. Harmless when it has expired or was given back before. */
  async release(token: Token): Promise<void> {
    if (this.limit(token.type) === Number.POSITIVE_INFINITY) return;
    const removed = await this.#ports.redis.zrem(this.#keys.semaphore(token.type), token.id);
    this.#ports.observe({ kind: 'token-released', type: token.type, token: token.id, held: removed === 1 });
  }

  /** Tokens out for a type, expired ones that nobody has cleared away included. */
  inUse(type: string): Promise<number> {
    return this.#ports.redis.zcard(this.#keys.semaphore(type));
  }
}
