/** The documented life of a task (xqueue-changelog, 0.0.1). */
export const TASK_STATUSES = ['pending', 'processing', 'success', 'failed', 'canceled', 'timeout'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** One unit of work. Times are ms since the epoch, on the clock of the host that wrote them. */
export interface Task {
  readonly id: string;
  readonly type: string;
  /** JSON. */
  readonly payload: string;
  /** Higher goes first; whole, within ±PRIORITY_MAX. */
  readonly priority: number;
  readonly status: TaskStatus;
  readonly createdAtMs: number;
  /** How long it may wait in the queue, in ms; 0: for ever. */
  readonly queueTimeoutMs: number;
  /** How long its handler may run, in ms; 0: for ever. */
  readonly processTimeoutMs: number;
}

export const PRIORITY_MAX = 500;

/**
 * Which status may follow which. `processing → pending` is the documented roll-back of a claim that could not be kept;
 * `pending → timeout` is the queue-wait limit.
 */
const NEXT: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['processing', 'canceled', 'timeout'],
  processing: ['success', 'failed', 'canceled', 'timeout', 'pending'],
  success: [],
  failed: [],
  canceled: [],
  timeout: [],
};

export function isLegalTransition(from: TaskStatus, to: TaskStatus): boolean {
  return NEXT[from].includes(to);
}

/** Nothing follows any more. */
export function isTerminal(status: TaskStatus): boolean {
  return NEXT[status].length === 0;
}

/**
 * The score that orders a pending zset: higher priority first, then older first. ms since the epoch need 41 bits, which leaves
 * a double room for ±500 priorities without losing a millisecond.
 */
export function pendingScore(task: Task): number {
  return task.createdAtMs - task.priority * 1e13;
}
