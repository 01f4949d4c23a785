import type { ConcurrencyLimiter } from './concurrency-limiter.ts';
import type { Keys } from './keys.ts';
import type { Ports, RedisClient } from './ports.ts';
import type { Task, TaskStatus } from './task.ts';

/** A worker's name and place. */
export interface WorkerIdentity {
  /** `worker-3`; unique over all processes. */
  readonly id: string;
  /** Its place among all workers of all processes, from 0; undefined in a pool whose workers come and go. */
  readonly number?: number;
}

/** Who asks for a claim. */
export interface WorkerContext extends WorkerIdentity {
  /** The task types that it takes: those that its process has handlers for, or fewer. Only strategies that claim by type look. */
  readonly types: readonly string[];
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
  /** Aborted when the right is lost, or may be: the handler must stop. Undefined where the right cannot be lost, or nobody would know. */
  readonly lost?: AbortSignal;
  /** The handler succeeded. */
  complete(): Promise<void>;
  /** The handler threw, or ran out of time (TaskTimeoutError). */
  fail(error: unknown): Promise<void>;
  /** Not run after all, or not to its end: back to the queue. */
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
  /**
   * Deals out tasks to workers until it is told to stop: for strategies that need a dispatcher, a process of its own beside the
   * workers.
   */
  dispatch?(dispatcher: WorkerContext): Promise<void>;
  /** Withdraws a pending task from the queue. False where a worker has it already. */
  withdraw(task: Task): Promise<boolean>;
  /** How many tasks have a status. */
  count(status: TaskStatus): Promise<number>;
}

/** What a claim strategy is made from. */
export interface ClaimContext extends Ports {
  readonly keys: Keys;
  readonly limiter: ConcurrencyLimiter;
  /** Workers over all processes; 0 where their number changes. */
  readonly workerCount: number;
}

/** What a design promises, for people and for the judges of a run: it is held to this and no more. */
export interface Guarantees {
  readonly delivery: 'at-most-once' | 'at-least-once' | 'may lose tasks';
  /** Of claims. `per …`: tasks of one type, shard, partition or worker among each other. */
  readonly order:
    | 'none'
    | 'submission order of claims'
    | 'priority, then submission order of claims'
    | `per ${'type' | 'shard' | 'worker' | 'partition'}, ${'submission order' | 'priority, then submission order'} of claims`;
  /** Whether the per-type limit holds. */
  readonly limits: boolean;
  /** Whether `claim` waits for a task by itself. */
  readonly blocks: boolean;
  /** Whether `claim` can be asked for tasks of certain types only. */
  readonly claimsByType: boolean;
  /** Whether tasks are bound to workers by number: a fixed number of workers, all of them up. */
  readonly bindsWorkers: boolean;
  /** Whether tasks of a type whose limit is reached hold up tasks of others. */
  readonly holdsUpOthers: boolean;
  /** What breaks it, in a line each. */
  readonly brokenBy: readonly string[];
  /** The faults under which all of this still stands, but for what no design can keep then (see promises.ts); default none. */
  readonly survives?: readonly FaultClass[];
}

/** What may go wrong around a design. */
export type FaultKind =
  | 'crash'
  | 'pause'
  | 'clock-jump'
  | 'request-lost'
  | 'reply-lost'
  | 'reset'
  | 'delay'
  | 'partition'
  | 'redis-restart'
  | 'failover'
  | 'script-flush'
  | 'error-reply'
  | 'slow-command'
  | 'message-lost'
  | 'message-doubled'
  | 'handler-throws'
  | 'handler-hangs'
  | 'handler-blocks'
  | 'misconfigured';

/**
 * What contracts and menus are made of: a kind of fault, or a part of one that a design may survive where it does not survive the rest.
 * `redis-restart:kept` comes back with all its data; `clock-jump:workers` spares Redis's own clock.
 */
export type FaultClass = FaultKind | 'redis-restart:kept' | 'clock-jump:workers';

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
  /** `log`: lives on a partitioned log instead of Redis alone; its context has the port. */
  readonly needs?: 'log';
  /** Whether some process must run its `dispatch`. */
  readonly needsDispatcher?: boolean;
  /** As documented. */
  readonly defaults: P;
  /** The readings a document leaves open: what else a parameter may be. */
  readonly choices?: { readonly [K in keyof P]?: readonly P[K][] };
  create(context: ClaimContext, parameters: P): ClaimStrategy;
}
