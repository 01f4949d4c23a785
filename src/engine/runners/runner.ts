import type { Parameters } from '../claim.ts';
import { EngineError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { messageOf } from '../worker.ts';
import type { JobStore } from './job-store.ts';
import type { Awaitable, SharedMemory } from './shared-memory.ts';

/** The document's three priorities, least first, as it numbers them. */
export const PRIORITIES = ['best-effort', 'user-visible', 'user-blocking'] as const;
export type TaskPriority = (typeof PRIORITIES)[number];

/** What an in-process task is, as far as a runner cares (the document's TaskTraits). */
export interface TaskTraits {
  readonly priority: TaskPriority;
  /** It may hold its thread up: it waits for a disk, a lock, a network. */
  readonly mayBlock: boolean;
  /** What kind of work it is, in the program's own words. Default: none in particular. */
  readonly category?: string;
}

export const DEFAULT_TRAITS: TaskTraits = { priority: 'user-visible', mayBlock: false };

/** A task of a process. */
export interface RunnerTask {
  readonly id: string;
  readonly type: string;
  readonly traits: TaskTraits;
  /** How long after its post it is to start; at once where not given. */
  readonly delayMs?: number;
  /** The caller's context: aborted when the caller gives up, or is gone. */
  readonly context?: AbortSignal;
  /** Posted by another task while that ran, as a reply or the next step is. */
  readonly isFollowUp?: boolean;
  /** The signal is whatever reaches the task of a cancellation; undefined where nothing can. */
  run(signal: AbortSignal | undefined): Promise<void>;
}

/** The runner will not run the task, and says so. */
export class PostRefusedError extends EngineError {
  readonly code = 'POST_REFUSED';
}

/** Where tasks are posted to. */
export interface TaskRunner {
  /**
   * Resolves when the runner has accepted the task.
   * @throws PostRefusedError
   */
  post(task: RunnerTask): Promise<void>;
  /** Begins to work; what an earlier life of the process has left is taken up, where the design does that. */
  start(): Awaitable<void>;
  /** The document's Shutdown. */
  shutdown(): Promise<void>;
  /** The caller wants a task stopped, in so many words. Where it is not there, only the task's context can tell. */
  cancel?(task: string): void;
  /** The process ends: no timer, no loop goes on. */
  stop(): void;
}

/** What a runner is made from. */
export interface RunnerContext extends Pick<Ports, 'clock' | 'random' | 'observe'> {
  /** The runner's name; its threads are named after it. */
  readonly name: string;
  /** The process that it lives in. */
  readonly process: string;
  readonly memory: SharedMemory;
  /** Where jobs outlive the process. */
  readonly store: JobStore;
  /** What is to be run for a job that an earlier life of the process has left in the store. */
  restore(id: string, type: string): RunnerTask;
}

/** What a runner promises, for people and for the judges of a run: it is held to this and no more. */
export interface RunnerGuarantees {
  readonly order: 'none' | 'one at a time, in order of posts' | 'priority, then order of posts';
  /** Of tasks that were accepted, while the process lives. */
  readonly delivery: 'exactly once' | 'may lose tasks';
  /** What breaks it, in a line each. */
  readonly brokenBy: readonly string[];
}

/** An in-process runner in the catalogue. */
export interface RunnerDefinition<P extends Parameters = Parameters> {
  readonly id: string;
  /** The document it comes from. */
  readonly source: string;
  readonly summary: string;
  readonly guarantees: RunnerGuarantees;
  /** As documented. */
  readonly defaults: P;
  /** The documented form, the repairs and the readings. */
  readonly choices?: { readonly [K in keyof P]?: readonly P[K][] };
  create(context: RunnerContext, parameters: P): TaskRunner;
}

/** Posts a task and reports how that went. */
export async function reported(
  { observe }: Pick<Ports, 'observe'>,
  task: RunnerTask,
  post: () => Awaitable<void>,
): Promise<void> {
  const { id, type, delayMs } = task;
  observe({ kind: 'submitting', task: id, type, ...(delayMs !== undefined && { dueInMs: delayMs }) });
  try {
    await post();
  } catch (error) {
    if (error instanceof PostRefusedError) {
      observe({ kind: 'refused', task: id, type, reason: error.message });
    }
    throw error;
  }
  observe({ kind: 'submitted', task: id, type });
}

/** Runs a task on a thread, survives what it throws, and reports it. @returns whether it succeeded */
export async function execute(
  { id, type, run }: RunnerTask,
  worker: string,
  { observe }: Pick<Ports, 'observe'>,
  signal?: AbortSignal,
): Promise<boolean> {
  observe({ kind: 'started', task: id, type, worker });
  let failure: string | undefined;
  try {
    await run(signal);
  } catch (error) {
    failure = messageOf(error);
  }
  const outcome = failure === undefined ? 'success' : 'failed';
  observe({ kind: 'finished', task: id, type, worker, outcome });
  return failure === undefined;
}
