import type { TaskStatus } from './task.ts';

/**
 * The names of all keys in Redis, as the documents give them, below one prefix. A prefix of its own keeps a run, a tenant or a
 * test apart from everything else on the server.
 */
export class Keys {
  readonly prefix: string;

  constructor(prefix = '') {
    this.prefix = prefix;
  }

  task(id: string): string {
    return `${this.prefix}task:${id}`;
  }

  /** Ids by status; the pending one is the queue of the single-queue designs. */
  status(status: TaskStatus): string {
    return `${this.prefix}tasks:status:${status}`;
  }

  /** How many tasks ended in which status. */
  get totals(): string {
    return `${this.prefix}tasks:totals`;
  }

  lock(name: string): string {
    return `${this.prefix}lock:${name}`;
  }

  semaphore(type: string): string {
    return `${this.prefix}semaphore:${type}`;
  }

  get stream(): string {
    return `${this.prefix}task_stream`;
  }

  /** Due times of delayed tasks, per type. */
  delayed(type: string): string {
    return `${this.prefix}delayed:${type}`;
  }
}
