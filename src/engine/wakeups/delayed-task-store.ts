/** A task that is due at a time of its own. */
export interface DelayedTask {
  readonly id: string;
  readonly type: string;
  /** ms since the epoch. */
  readonly dueAtMs: number;
}

/**
 * Where delayed tasks wait. Every call is one query; the documents count them. A task is known by its type and id: added again, it
 * waits once, and is due when it was last said to be. Added again while it runs, it is removed with it.
 */
export interface DelayedTaskStore {
  add(task: DelayedTask): Promise<void>;
  /** The document's FetchPendingTask: of the tasks that are due the one that is due first (of several the first by id), or undefined. */
  fetchPending(type: string, nowMs: number): Promise<DelayedTask | undefined>;
  /** The document's GetMinNextRetryTime: when the next task is due, or undefined where none waits. */
  minNextTime(type: string): Promise<number | undefined>;
  remove(task: DelayedTask): Promise<void>;
}

/**
 * Whether a fetched task is its worker's alone. The document does not show its query; of its log only that a task stays pending.
 *
 * - `reads`: it is not, which one worker a type need not mind. Several run the same task until the first of them has removed it.
 * - `marks`: the worker reads the task, and then marks it as taken, in a query of its own. Meant to claim, and does not: two that
 *   read before either has marked both have it.
 * - `claims`: it is, as one step reads and marks.
 *
 * Marked or claimed, a task is no longer found: a crash before its end loses it.
 */
export type Fetch = (typeof FETCHES)[number];
export const FETCHES = ['reads', 'marks', 'claims'] as const;
