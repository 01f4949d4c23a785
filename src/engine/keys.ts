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

  /** A queue among several: ids of pending tasks by type, shard or both. */
  pending(queue: string): string {
    return `${this.prefix}tasks:pending:${queue}`;
  }

  /** Tasks that no worker has been chosen for yet. */
  get inbox(): string {
    return `${this.prefix}tasks:inbox`;
  }

  /** The tasks of one worker: the first worker's number is 0, and its queue `worker_1_queue`. */
  workerQueue(number: number): string {
    return `${this.prefix}worker_${number + 1}_queue`;
  }

  /** Which queues there are, where there are several. */
  get queues(): string {
    return `${this.prefix}tasks:queues`;
  }

  /** A publish/subscribe channel, no key: see TaskEvents. */
  get events(): string {
    return `${this.prefix}tasks:events`;
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

  /** The topic of a partitioned log; Kafka allows no colon in its name. */
  get topic(): string {
    return `${this.prefix}tasks`.replaceAll(':', '.');
  }

  /** The stream of one type. */
  typeStream(type: string): string {
    return `${this.prefix}task_stream:${type}`;
  }

  /** Who has a task of a type, scored by when each lease ends: the type's tokens. */
  leases(type: string): string {
    return `${this.prefix}leases:${type}`;
  }

  /** Not empty while a type may have a task for a worker that waits. */
  wakeup(type: string): string {
    return `${this.prefix}wakeup:${type}`;
  }

  /** Pending tasks that own a place under their type's limit; any worker may take the next. */
  get ready(): string {
    return `${this.prefix}tasks:ready`;
  }

  /** Ids of the tasks of a type that own a place under its limit. */
  owners(type: string): string {
    return `${this.prefix}owners:${type}`;
  }

  /** The limit of each type, as the workers say; 0: none. */
  get limits(): string {
    return `${this.prefix}limits`;
  }

  /** The names of all workers that may have tasks in a list of their own, scored by when each was last heard of. */
  get workers(): string {
    return `${this.prefix}workers`;
  }

  /** What a worker has. */
  processing(worker: string): string {
    return `${this.prefix}processing:${worker}`;
  }

  /** There while the worker's heart beats. */
  alive(worker: string): string {
    return `${this.prefix}alive:${worker}`;
  }

  /** A job of a job manager. */
  job(id: string): string {
    return `${this.prefix}job:${id}`;
  }

  /** Ids of all jobs, in the order in which they were first written. */
  get jobs(): string {
    return `${this.prefix}jobs`;
  }

  /** Due times of delayed tasks, per type. */
  delayed(type: string): string {
    return `${this.prefix}delayed:${type}`;
  }
}
