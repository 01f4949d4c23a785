import type { TaskStatus } from '../task.ts';
import { messageOf } from '../worker.ts';
import type { StoredJob } from './job-store.ts';
import { FifoTaskQueue } from './priority-task-queue.ts';
import {
  execute,
  PostRefusedError,
  type RunnerContext,
  type RunnerDefinition,
  type RunnerTask,
  reported,
  type TaskRunner,
} from './runner.ts';
import { SequencedRunner } from './sequenced-runner.ts';
import { TaskScheduler } from './task-scheduler.ts';

type JobParameters = {
  /** Of the execution layer. */
  readonly threads: number;
  /** Whether the control and the I/O layer have a thread each, or borrow those that jobs run on. The document calls them separate. */
  readonly layers: 'own-threads' | 'shared-pool';
  /**
   * When a job is a duplicate. `memory`: as documented, while this process has one of its id under way. `store`: the document's repair:
   * also while the store has one that is pending or running. `sound`: the store takes each id once, and who asks again is told "yes".
   */
  readonly duplicateCheck: 'memory' | 'store' | 'sound';
  /**
   * What a new process does with what an old one has left in the store: run the pending jobs, as the document says happens, or nothing,
   * as it shows no code for it. The sound check takes over what is pending or was running.
   */
  readonly recovery: 'pending' | 'none';
  /**
   * A status update that fails: `swallowed`, as documented; `retried` within the I/O layer, its repair; `sound`: retried beside it, job by
   * job, the newest status only, until the store takes it.
   */
  readonly statusUpdate: 'swallowed' | 'retried' | 'sound';
  readonly maxRetries: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly backoffRatio: number;
  /**
   * What stops a job. `background`: as documented, nothing. `caller`: its repair: the context of whoever submitted it. `sound`: a
   * cancellation that names the job.
   */
  readonly cancellation: 'background' | 'caller' | 'sound';
};

const UNFINISHED: readonly TaskStatus[] = ['pending', 'processing'];

/**
 * Jobs in three layers: control (memory, sequenced), I/O (the store, sequenced), execution (any thread) (task-runner, 2, 6 and 9).
 *
 * Promises: a job that this process has under way is not started again. The rest is as its parameters say.
 */
class JobManager implements TaskRunner {
  readonly #context: RunnerContext;
  readonly #parameters: JobParameters;
  readonly #scheduler: TaskScheduler;
  readonly #pools = new Set<TaskScheduler>();
  readonly #control: SequencedRunner;
  readonly #io: SequencedRunner;
  /** The document's activeJobs; touched by the control layer only. */
  readonly #active: Map<string, AbortController>;
  /** Statuses that the store does not have yet, by job. */
  readonly #wanted = new Map<string, { readonly from: TaskStatus; readonly to: TaskStatus }>();
  /** This life of the process. */
  readonly #owner: string;
  readonly #stopping = new AbortController();

  constructor(context: RunnerContext, parameters: JobParameters) {
    this.#context = context;
    this.#parameters = parameters;
    this.#owner = context.random.id();
    this.#active = context.memory.guarded(new Map(), 'activeJobs');
    this.#scheduler = TaskScheduler.plain(context, parameters.threads);
    this.#pools.add(this.#scheduler);
    const layer = (name: string) => {
      // Threads that run no job of anybody's are nobody's business.
      const quiet = { ...context, name: `${context.name}-${name}`, observe: () => {} };
      const own = parameters.layers === 'own-threads' ? TaskScheduler.plain(quiet, 1) : this.#scheduler;
      this.#pools.add(own);
      return new SequencedRunner(context, { loop: 'double-check', queue: new FifoTaskQueue(), pool: own, name });
    };
    this.#control = layer('control');
    this.#io = layer('io');
  }

  async start(): Promise<void> {
    for (const pool of this.#pools) pool.start();
    if (this.#parameters.duplicateCheck === 'sound' || this.#parameters.recovery === 'pending') {
      await this.#io.postInternal(() => this.#recover());
    }
  }

  async post(task: RunnerTask): Promise<void> {
    await reported(this.#context, task, () =>
      this.#parameters.duplicateCheck === 'sound' ? this.#submitOnce(task) : this.#submit(task),
    );
  }

  cancel(id: string): void {
    if (this.#parameters.cancellation === 'sound') this.#active.get(id)?.abort(new Error('canceled by its caller'));
  }

  shutdown(): Promise<void> {
    return this.#scheduler.shutdown();
  }

  stop(): void {
    this.#stopping.abort(new Error('the process ends'));
    for (const pool of this.#pools) pool.stop();
  }

  /** As documented: the caller waits for the control layer, and that may wait for the I/O layer. */
  async #submit(task: RunnerTask): Promise<void> {
    const answer = this.#context.memory.channel<{ readonly refusal?: unknown }>(1, 'answer');
    await this.#control.postInternal(async () => {
      const refusal = await this.#submitControl(task).then(
        () => undefined,
        (error: unknown) => error,
      );
      await answer.send({ refusal });
    });
    const { refusal } = (await answer.receive()) ?? {};
    if (refusal !== undefined) throw refusal;
  }

  async #submitControl(task: RunnerTask): Promise<void> {
    const { memory, store } = this.#context;
    if (this.#active.has(task.id)) throw new PostRefusedError(`job ${task.id} is already active`);
    if (this.#parameters.duplicateCheck === 'store') {
      const checkDone = memory.channel<{ readonly isDuplicate: boolean }>(1, 'checkDone');
      await this.#io.postInternal(async () => {
        // `existing, _ :=`: a store that cannot be read has no such job.
        const existing = await store.get(task.id).catch(() => undefined);
        await checkDone.send({ isDuplicate: existing !== undefined && UNFINISHED.includes(existing.status) });
      });
      if ((await checkDone.receive())?.isDuplicate) throw new PostRefusedError(`job ${task.id} already in database`);
    }
    const abort = this.#activate(task);
    await this.#io.postInternal(async () => {
      await store.save(this.#stored(task)).catch(() => {});
      await this.#schedule(task, abort);
    });
  }

  /** The id is the job: whoever submits it again is told that it was accepted, and it is not run again. */
  async #submitOnce(task: RunnerTask): Promise<void> {
    const { memory, store } = this.#context;
    const answer = memory.channel<{ readonly error?: unknown }>(1, 'answer');
    await this.#control.postInternal(async () => {
      if (this.#active.has(task.id)) {
        await answer.send({});
        return;
      }
      const abort = this.#activate(task);
      await this.#io.postInternal(async () => {
        try {
          const isMine = (await store.insert(this.#stored(task))) || (await this.#takeOver(task.id));
          if (isMine) await this.#schedule(task, abort);
          else await this.#deactivate(task.id);
          await answer.send({});
        } catch (error) {
          await this.#deactivate(task.id);
          await answer.send({ error: new PostRefusedError(`job ${task.id} was not stored: ${messageOf(error)}`) });
        }
      });
    });
    const { error } = (await answer.receive()) ?? {};
    if (error !== undefined) throw error;
  }

  /** Whether a job that an earlier life has left unfinished is now this one's. */
  async #takeOver(id: string): Promise<boolean> {
    const { store } = this.#context;
    const existing = await store.get(id);
    if (existing === undefined || existing.owner === this.#owner || !UNFINISHED.includes(existing.status)) return false;
    return store.takeOver(id, existing.owner, this.#owner);
  }

  /** In the I/O layer: what an earlier life has left. */
  async #recover(): Promise<void> {
    const { store } = this.#context;
    const isSound = this.#parameters.duplicateCheck === 'sound';
    const left = await store.list(isSound ? UNFINISHED : ['pending']).catch((): StoredJob[] => []);
    for (const { id, type } of left) {
      const task = this.#context.restore(id, type);
      if (!isSound) {
        await this.#control.postInternal(async () => this.#schedule(task, this.#activate(task)));
      } else if (await this.#takeOver(id).catch(() => false)) {
        await this.#control.postInternal(async () =>
          this.#schedule(task, this.#active.get(id) ?? this.#activate(task)),
        );
      }
    }
  }

  #activate({ id, context }: RunnerTask): AbortController {
    const abort = new AbortController();
    this.#active.set(id, abort);
    if (this.#parameters.cancellation === 'caller' && context !== undefined) {
      if (context.aborted) abort.abort(context.reason);
      else context.addEventListener('abort', () => abort.abort(context.reason), { once: true });
    }
    return abort;
  }

  async #deactivate(id: string): Promise<void> {
    await this.#control.postInternal(async () => {
      this.#active.delete(id);
    });
  }

  #stored({ id, type }: RunnerTask): StoredJob {
    return { id, type, status: 'pending', owner: this.#owner };
  }

  async #schedule(task: RunnerTask, { signal }: AbortController): Promise<void> {
    const isBackground = this.#parameters.cancellation === 'background';
    await this.#scheduler.postInternal(async (thread) => {
      if (signal.aborted) return this.#finalize(task.id, 'pending', 'canceled');
      await this.#updateStatus(task.id, 'pending', 'processing');
      const succeeded = await execute(task, thread, this.#context, isBackground ? undefined : signal);
      await this.#finalize(task.id, 'processing', succeeded ? 'success' : signal.aborted ? 'canceled' : 'failed');
    }, task.traits);
  }

  async #finalize(id: string, from: TaskStatus, to: TaskStatus): Promise<void> {
    await this.#deactivate(id);
    await this.#updateStatus(id, from, to);
  }

  async #updateStatus(id: string, from: TaskStatus, to: TaskStatus): Promise<void> {
    switch (this.#parameters.statusUpdate) {
      case 'swallowed':
        return this.#io.postInternal(() => this.#write(id, from, to).catch(() => {}));
      case 'retried':
        return this.#io.postInternal(() => this.#writeWithRetries(id, from, to));
      case 'sound': {
        const isUnderWay = this.#wanted.has(id);
        this.#wanted.set(id, { from, to });
        if (!isUnderWay) this.#context.memory.spawn(() => this.#writeUntilTaken(id), 'status writer');
      }
    }
  }

  async #write(id: string, from: TaskStatus, to: TaskStatus): Promise<void> {
    await this.#context.store.updateStatus(id, to);
    this.#context.observe({ kind: 'status', task: id, from, to });
  }

  /** The repair, as the document writes it: it sleeps where it stands, in the I/O layer. */
  async #writeWithRetries(id: string, from: TaskStatus, to: TaskStatus): Promise<void> {
    const { maxRetries } = this.#parameters;
    let lastError: unknown;
    for (let attempt = 0; attempt <= maxRetries; attempt++) {
      try {
        return await this.#write(id, from, to);
      } catch (error) {
        lastError = error;
        if (attempt < maxRetries) await this.#backOff(attempt);
      }
    }
    const error = `update status failed: ${messageOf(lastError)}`;
    this.#context.observe({ kind: 'settle-failed', task: id, worker: this.#context.name, error });
  }

  /** The newest status of one job, until the store has it. */
  async #writeUntilTaken(id: string): Promise<void> {
    let failures = 0;
    for (;;) {
      const wanted = this.#wanted.get(id);
      if (wanted === undefined || this.#stopping.signal.aborted) return;
      try {
        await this.#write(id, wanted.from, wanted.to);
        failures = 0;
        if (this.#wanted.get(id) === wanted) this.#wanted.delete(id);
      } catch {
        await this.#backOff(failures++);
      }
    }
  }

  async #backOff(attempt: number): Promise<void> {
    const { initialDelayMs, maxDelayMs, backoffRatio } = this.#parameters;
    const delayMs = Math.min(maxDelayMs, initialDelayMs * backoffRatio ** attempt);
    await this.#context.clock.sleep(delayMs, this.#stopping.signal).catch(() => {});
  }
}

export const jobManager: RunnerDefinition<JobParameters> = {
  id: 'job-manager',
  source: 'task-runner, 2, 6 and 9',
  summary: 'jobs in three layers over a store: duplicate checks, status updates, cancellation',
  guarantees: {
    order: 'none',
    delivery: 'may lose tasks',
    brokenBy: [
      'a restart and a job submitted again (duplicateCheck memory): it is run twice',
      'a restart while a job runs (duplicateCheck memory and store): nobody runs it again, and store refuses it for ever',
      'layers that share a pool of one thread (duplicateCheck store): the check waits for the thread that it stands on',
      'layers that share a pool (layers shared-pool): long jobs hold up the control and the I/O layer',
      'a crash between the end of a job and its status: it is run again',
      'a store that fails (statusUpdate swallowed): statuses stay wrong; for longer than all retries (retried): the same',
      'a store that fails for one job (statusUpdate retried): the updates of all others wait for its retries',
      'a request that ends before its job (cancellation caller): the job is canceled with it',
    ],
  },
  defaults: {
    threads: 4,
    layers: 'own-threads',
    duplicateCheck: 'memory',
    recovery: 'pending',
    statusUpdate: 'swallowed',
    maxRetries: 3,
    initialDelayMs: 100,
    maxDelayMs: 5000,
    backoffRatio: 2,
    cancellation: 'background',
  },
  choices: {
    layers: ['own-threads', 'shared-pool'],
    duplicateCheck: ['memory', 'store', 'sound'],
    recovery: ['pending', 'none'],
    statusUpdate: ['swallowed', 'retried', 'sound'],
    cancellation: ['background', 'caller', 'sound'],
  },
  create: (context, parameters) => new JobManager(context, parameters),
};
