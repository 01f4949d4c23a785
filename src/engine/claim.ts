import type { ConcurrencyLimiter } from './concurrency-limiter.ts';
import type { Keys } from './keys.ts';
import type { Ports, RedisClient } from './ports.ts';
import type { Task, TaskStatus } from './task.ts';

/** Who asks for a claim. */
export interface WorkerContext {
  /** `worker-3`; unique over all processes. */
  readonly id: string;
  /** For commands that answer at once; may be shared. */
  readonly redis: RedisClient;
  /** For commands that block; no other worker's. */
  readonly blockingRedis: RedisClient;
  /** Aborted when the worker is to stop: whatever it waits for, it waits no longer. */
  readonly stopping: AbortSignal;
}

/** The right to run one task, and how to settle it. One of the three is called, once. */
export interface Claim {
  readonly task: Task;
  /** The handler succeeded. */
  complete(): Promise<void>;
  /** The handler threw, or ran out of time (TaskTimeoutError). */
  fail(error: unknown): Promise<void>;
  /** Not run after all: back to the queue. */
  release(): Promise<void>;
}

/** How a worker obtains the exclusive right to run one task. */
export interface ClaimStrategy {
  /** Once, before anything else. */
  open?(): Promise<void>;
  submit(task: Task): Promise<void>;
  /** The next task for this worker; undefined: nothing for it now. */
  claim(worker: WorkerContext): Promise<Claim | undefined>;
  /** Takes back what crashed workers held. @returns how many tasks */
  recover?(worker: WorkerContext): Promise<number>;
  /** Withdraws a pending task from the queue. False where a worker has it already. */
  withdraw(task: Task): Promise<boolean>;
  /** How many tasks have a status. */
  count(status: TaskStatus): Promise<number>;
}

/** What a claim strategy is made from. */
export interface ClaimContext extends Ports {
  readonly keys: Keys;
  readonly limiter: ConcurrencyLimiter;
}

/** What a design promises, for people and for the judges of a run: it is held to this and no more. */
export interface Guarantees {
  readonly delivery: 'at-most-once' | 'at-least-once' | 'may lose tasks';
  readonly order: 'none' | 'submission order of claims' | 'priority, then submission order of claims';
  /** Whether the per-type limit holds. */
  readonly limits: boolean;
  /** Whether `claim` waits for a task by itself. */
  readonly blocks: boolean;
  /** What breaks it, in a line each. */
  readonly brokenBy: readonly string[];
}

/** A parameter's value. Durations end in `Ms`, so that a run in real time can shorten them. */
export type ParameterValue = number | string | boolean;
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** A claim strategy in the catalogue. */
export interface ClaimDefinition<P extends Parameters = Parameters> {
  readonly id: string;
  /** The document it comes from. */
  readonly source: string;
  readonly summary: string;
  readonly guarantees: Guarantees;
  /** As documented. */
  readonly defaults: P;
  /** The readings a document leaves open: what else a parameter may be. */
  readonly choices?: { readonly [K in keyof P]?: readonly P[K][] };
  create(context: ClaimContext, parameters: P): ClaimStrategy;
}
