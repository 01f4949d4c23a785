import type { WorkerContext } from '../claim.ts';
import type { PoolContext } from '../pool.ts';

/** How often a worker looks for what others left, unless told otherwise. The documents do not say. */
export const RECOVER_INTERVAL_MS = 30_000;

/** Takes back, every so often, what other workers left; for strategies that can. A failure shows in the claim that follows. */
export class Recovery {
  readonly #context: PoolContext;
  readonly #intervalMs: number;
  #atMs: number;

  constructor(context: PoolContext, intervalMs: number) {
    this.#context = context;
    this.#intervalMs = intervalMs;
    this.#atMs = context.clock.now() + intervalMs;
  }

  /** How long until it is due, in ms, 0 or less where it is; Infinity where the strategy takes nothing back. */
  get dueInMs(): number {
    return this.#context.strategy.recover === undefined ? Number.POSITIVE_INFINITY : this.#leftMs;
  }

  /** After a clock was set back, no longer than an interval from when that is noticed. */
  get #leftMs(): number {
    const nowMs = this.#context.clock.now();
    this.#atMs = Math.min(this.#atMs, nowMs + this.#intervalMs);
    return this.#atMs - nowMs;
  }

  /** @returns how many tasks were taken back; 0 where it is not due yet */
  async runIfDue(worker: WorkerContext): Promise<number> {
    if (this.dueInMs > 0) return 0;
    this.#atMs = this.#context.clock.now() + this.#intervalMs;
    return (await this.#context.strategy.recover?.(worker).catch(() => 0)) ?? 0;
  }
}
