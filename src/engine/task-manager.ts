import type { ClaimContext, ClaimStrategy } from './claim.ts';
import { InvalidValueError, UnknownTaskError, UnknownTaskTypeError } from './errors.ts';
import { PRIORITY_MAX, TASK_STATUSES, type Task, type TaskStatus } from './task.ts';
import type { TaskEvents } from './task-events.ts';
import { TaskStore } from './task-store.ts';
import type { Handler } from './worker.ts';

export interface SubmitOptions {
  /**
   * Drawn where not given. One that is in use already overwrites that task: submission is not idempotent, but in the sound
   * designs, where a second submission of the same id changes nothing.
   */
  readonly id?: string;
  /** Higher goes first; whole, within ±500. Default 0. */
  readonly priority?: number;
  /** Longest wait in the queue, in ms. Default 0: for ever. */
  readonly queueTimeoutMs?: number;
  /** Longest run of the handler, in ms. Default 0: for ever. */
  readonly processTimeoutMs?: number;
}

/** Tasks by status. */
export type TaskCounts = Readonly<Record<TaskStatus, number>>;

/**
 * A process's door to the queue: handlers and limits by type, submission, look-up, cancellation, counts
 * (xqueue-changelog, 0.0.1–0.0.3).
 */
export class TaskManager {
  readonly #context: ClaimContext;
  readonly #strategy: ClaimStrategy;
  readonly #store: TaskStore;
  readonly #events: TaskEvents | undefined;
  readonly #handlers = new Map<string, Handler>();

  /** @param events told of every accepted submission, for pools that need it */
  constructor(context: ClaimContext, strategy: ClaimStrategy, events?: TaskEvents) {
    this.#context = context;
    this.#strategy = strategy;
    this.#events = events;
    this.#store = new TaskStore(context, context.keys, 'unindexed');
  }

  get types(): readonly string[] {
    return [...this.#handlers.keys()];
  }

  /** @param limit how many of the type may run at once over all processes; Infinity where not given */
  register(type: string, handler: Handler, options: { readonly limit?: number } = {}): void {
    this.#handlers.set(type, handler);
    if (options.limit !== undefined) this.#context.limiter.setLimit(type, options.limit);
  }

  /**
   * Puts a task into the queue.
   * @throws UnknownTaskTypeError for a type without a handler; InvalidValueError for a priority or a time out of range
   */
  async submit(type: string, payload: unknown, options: SubmitOptions = {}): Promise<Task> {
    if (!this.#handlers.has(type)) throw new UnknownTaskTypeError(type, this.types);
    const { clock, random, observe } = this.#context;
    const task: Task = {
      id: options.id ?? random.id(),
      type,
      payload: JSON.stringify(payload ?? null),
      priority: within('priority', options.priority ?? 0, -PRIORITY_MAX, PRIORITY_MAX),
      status: 'pending',
      createdAtMs: clock.now(),
      queueTimeoutMs: within('queueTimeoutMs', options.queueTimeoutMs ?? 0, 0, Number.MAX_SAFE_INTEGER),
      processTimeoutMs: within('processTimeoutMs', options.processTimeoutMs ?? 0, 0, Number.MAX_SAFE_INTEGER),
    };
    observe({ kind: 'submitting', task: task.id, type, priority: task.priority });
    await this.#strategy.submit(task);
    observe({ kind: 'submitted', task: task.id, type });
    await this.#events?.announce({ kind: 'submitted', task: task.id, type, priority: task.priority });
    return task;
  }

  get(id: string): Promise<Task | undefined> {
    return this.#store.get(id);
  }

  /**
   * Withdraws a task that no worker has yet. False where it is too late; true may be too late too, where a worker claims the
   * task within the same round trip (see the design's `brokenBy`).
   * @throws UnknownTaskError
   */
  async cancel(id: string): Promise<boolean> {
    const task = await this.#store.get(id);
    if (task === undefined) throw new UnknownTaskError(id);
    return task.status === 'pending' && this.#strategy.withdraw(task);
  }

  /** How many tasks stand where. Read one after the other: under load the sum may be off by what moved meanwhile. */
  async stats(): Promise<TaskCounts> {
    const counts: Partial<Record<TaskStatus, number>> = {};
    for (const status of TASK_STATUSES) counts[status] = await this.#strategy.count(status);
    return counts as TaskCounts;
  }

  /** The handler of a type. @throws UnknownTaskTypeError */
  handler(type: string): Handler {
    const handler = this.#handlers.get(type);
    if (handler === undefined) throw new UnknownTaskTypeError(type, this.types);
    return handler;
  }
}

function within(name: string, value: number, low: number, high: number): number {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return value;
  throw new InvalidValueError(`${name} must be a whole number from ${low} to ${high}, not ${value}`);
}
