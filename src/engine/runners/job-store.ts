import type { TaskStatus } from '../task.ts';

/** A job as its store knows it. */
export interface StoredJob {
  readonly id: string;
  readonly type: string;
  readonly status: TaskStatus;
  /** The life of the process that has it: a job of another life has nobody who runs it. */
  readonly owner: string;
}

/** Where jobs outlive the process that runs them. Every call may fail, and may have been carried out all the same. */
export interface JobStore {
  get(id: string): Promise<StoredJob | undefined>;
  /** Writes the job, over whatever was there. */
  save(job: StoredJob): Promise<void>;
  /** Writes the job unless one of its id is there. @returns whether it did */
  insert(job: StoredJob): Promise<boolean>;
  /** Makes a job of another owner the caller's. @returns false where somebody else was faster */
  takeOver(id: string, from: string, to: string): Promise<boolean>;
  updateStatus(id: string, status: TaskStatus): Promise<void>;
  /** Jobs with one of the statuses, in the order in which they were written. */
  list(statuses: readonly TaskStatus[]): Promise<StoredJob[]>;
}

/** A job store that lives as long as its process: for tests, and for jobs that may be forgotten. */
export class MemoryJobStore implements JobStore {
  readonly #jobs = new Map<string, StoredJob>();

  async get(id: string): Promise<StoredJob | undefined> {
    return this.#jobs.get(id);
  }

  async save(job: StoredJob): Promise<void> {
    this.#jobs.set(job.id, job);
  }

  async insert(job: StoredJob): Promise<boolean> {
    if (this.#jobs.has(job.id)) return false;
    this.#jobs.set(job.id, job);
    return true;
  }

  async takeOver(id: string, from: string, to: string): Promise<boolean> {
    const job = this.#jobs.get(id);
    if (job === undefined || job.owner !== from) return false;
    this.#jobs.set(id, { ...job, owner: to });
    return true;
  }

  async updateStatus(id: string, status: TaskStatus): Promise<void> {
    const job = this.#jobs.get(id);
    if (job !== undefined) this.#jobs.set(id, { ...job, status });
  }

  async list(statuses: readonly TaskStatus[]): Promise<StoredJob[]> {
    return [...this.#jobs.values()].filter(({ status }) => statuses.includes(status));
  }
}
