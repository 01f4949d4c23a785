import type { DelayedTask, DelayedTaskStore, Fetch } from './delayed-task-store.ts';

/**
 * A delayed-task store that lives as long as its process: for tests, and for tasks that may be forgotten. A query looks at every
 * task of its type: for some thousands, not for millions.
 */
export class MemoryDelayedTaskStore implements DelayedTaskStore {
  readonly #fetch: Fetch;
  /** By type and id. */
  readonly #waiting = new Map<string, Map<string, DelayedTask>>();

  constructor(fetch: Fetch = 'reads') {
    this.#fetch = fetch;
  }

  async add(task: DelayedTask): Promise<void> {
    this.#ofType(task.type).set(task.id, task);
  }

  async fetchPending(type: string, nowMs: number): Promise<DelayedTask | undefined> {
    const task = this.#first(type);
    if (task === undefined || task.dueAtMs > nowMs) return undefined;
    // In a process nothing comes between two steps but what is awaited: here is where `marks` leaves its gap.
    if (this.#fetch === 'marks') await undefined;
    if (this.#fetch !== 'reads') this.#ofType(type).delete(task.id);
    return task;
  }

  async minNextTime(type: string): Promise<number | undefined> {
    return this.#first(type)?.dueAtMs;
  }

  async remove({ type, id }: DelayedTask): Promise<void> {
    this.#ofType(type).delete(id);
  }

  #first(type: string): DelayedTask | undefined {
    let first: DelayedTask | undefined;
    for (const task of this.#ofType(type).values()) if (first === undefined || isBefore(task, first)) first = task;
    return first;
  }

  #ofType(type: string): Map<string, DelayedTask> {
    let tasks = this.#waiting.get(type);
    if (tasks === undefined) {
      tasks = new Map();
      this.#waiting.set(type, tasks);
    }
    return tasks;
  }
}

function isBefore(a: DelayedTask, b: DelayedTask): boolean {
  return a.dueAtMs === b.dueAtMs ? a.id < b.id : a.dueAtMs < b.dueAtMs;
}
