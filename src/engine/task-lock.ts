import type { Keys } from './keys.ts';
import type { Ports } from './ports.ts';
import { runScript } from './script.ts';
import release from './task-lock.release.lua.ts';

/** How long a lock holds when its owner never comes back. */
export const LOCK_TTL_MS = 30_000;

/** A lock that is held. */
export interface HeldLock {
  readonly name: string;
  readonly owner: string;
}

/**
 * A lock on a name, for one owner over all processes: SET NX PX, released only by its owner (xqueue-changelog, 0.0.2).
 *
 * Promises: one owner at a time for `ttlMs`. Broken by: an owner that works longer than that, or stands still meanwhile.
 */
export class TaskLock {
  readonly #ports: Pick<Ports, 'redis' | 'random' | 'observe'>;
  readonly #keys: Keys;
  readonly #ttlMs: number;

  constructor(ports: Pick<Ports, 'redis' | 'random' | 'observe'>, keys: Keys, ttlMs = LOCK_TTL_MS) {
    this.#ports = ports;
    this.#keys = keys;
    this.#ttlMs = ttlMs;
  }

  /** Takes the lock, or undefined where another holds it. */
  async acquire(name: string): Promise<HeldLock | undefined> {
    const owner = this.#ports.random.id();
    const reply = await this.#ports.redis.set(this.#keys.lock(name), owner, 'PX', this.#ttlMs, 'NX');
    if (reply === null) return undefined;
    this.#ports.observe({ kind: 'lock-acquired', name, owner });
    return { name, owner };
  }

  /** Gives the lock back. Harmless when it has expired, even if another holds it now. */
  async release({ name, owner }: HeldLock): Promise<void> {
    const released = await runScript(this.#ports.redis, release, [this.#keys.lock(name)], [owner]);
    this.#ports.observe({ kind: 'lock-released', name, owner, held: released === 1 });
  }
}
