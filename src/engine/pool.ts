import type { ClaimContext, ClaimStrategy, Parameters, WorkerContext, WorkerIdentity } from './claim.ts';
import type { TaskEvents } from './task-events.ts';
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
  /** This process's name, unique over all processes: what the workers of a pool that sizes itself are named after. */
  readonly process: string;
  /** This process's workers; empty where the pool sizes itself. */
  readonly workers: readonly WorkerIdentity[];
  /** Told of submissions by the manager; only pools that need events listen. */
  readonly events?: TaskEvents | undefined;
}

/** What a pool promises, for people and for the judges of a run: it is held to this and no more. */
export interface PoolGuarantees {
  /** How soon an idle worker takes a task that may run. */
  readonly pickUp: 'at once' | 'within an interval';
  /** What breaks it, in a line each. */
  readonly brokenBy: readonly string[];
}

/** A worker pool in the catalogue. */
export interface PoolDefinition<P extends Parameters = Parameters> {
  readonly id: string;
  /** The document it comes from. */
  readonly source: string;
  readonly summary: string;
  /**
   * Which strategies it can ask. `blocking`: whose `claim` waits for a task by itself; it would spin on any other. `at once`: whose
   * `claim` does not; it would be held up by any other.
   */
  readonly claims: 'any' | 'blocking' | 'at once';
  /** Whether its workers take one type each: it needs a strategy that claims by type. */
  readonly needsClaimsByType: boolean;
  /** Whether it must be told of submissions; see TaskEvents. */
  readonly needsEvents: boolean;
  /** Whether it decides by itself how many workers it has. */
  readonly sizesItself: boolean;
  readonly guarantees: PoolGuarantees;
  /** As documented. */
  readonly defaults: P;
  readonly choices?: { readonly [K in keyof P]?: readonly P[K][] };
  create(context: PoolContext, parameters: P): WorkerPool;
}

/** A loop that one worker runs until it is told to stop. */
export type WorkerLoop = (worker: WorkerContext) => Promise<void>;
