import type { ClaimContext, ClaimStrategy, Parameters, WorkerContext } from './claim.ts';
import type { TaskManager } from './task-manager.ts';

/** Who asks for claims, and when. */
export interface WorkerPool {
  /** Starts the workers. Once. */
  start(): void;
  /** Stops claiming, waits for the tasks under way, and returns. Idempotent. */
  stop(): Promise<void>;
}

/** What a pool is made from. The strategy is open. */
export interface PoolContext extends ClaimContext {
  readonly strategy: ClaimStrategy;
  readonly manager: TaskManager;
  /** Names of this process's workers, unique over all processes. */
  readonly workers: readonly string[];
}

/** A worker pool in the catalogue. */
export interface PoolDefinition<P extends Parameters = Parameters> {
  readonly id: string;
  /** The document it comes from. */
  readonly source: string;
  readonly summary: string;
  /** Whether it needs a strategy whose `claim` waits for a task by itself: it would spin on any other. */
  readonly needsBlockingClaims: boolean;
  /** As documented. */
  readonly defaults: P;
  readonly choices?: { readonly [K in keyof P]?: readonly P[K][] };
  create(context: PoolContext, parameters: P): WorkerPool;
}

/** A loop that one worker runs until it is told to stop. */
export type WorkerLoop = (worker: WorkerContext) => Promise<void>;
