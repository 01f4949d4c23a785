import { messageOf } from '../worker.ts';
import type { MetricsCollector } from './metrics-collector.ts';
import type { TaskQueue } from './priority-task-queue.ts';
import { execute, type RunnerContext, type RunnerTask, reported, type TaskRunner, type TaskTraits } from './runner.ts';
import type { AtomicCell, Mutex } from './shared-memory.ts';
import type { ThreadPool } from './thread-pool.ts';

/**
 * How a run loop goes on, and ends. All run one task and give their thread back.
 * `without-double-check`: an empty queue ends it.
 * `double-check`: an empty queue ends it, and then it looks once more, in two places; what the document finds.
 * `refactored`: what it proposes instead, as written. It never gives `running` back after a task.
 * `sound`: the same with one place to look, and the state passed on while there is more.
 */
export type RunLoop = 'without-double-check' | 'double-check' | 'refactored' | 'sound';

const IDLE = 0;
const RUNNING = 1;

/**
 * What the document's `ensureRunning` does: starts a loop if none is under way (the compare-and-swap that the document praises), or
 * in any case. It is called and not shown.
 */
export type EnsureRunning = 'if-idle' | 'always';

/** A task, and whom to tell that it has ended. */
interface Admitted extends RunnerTask {
  readonly done?: () => void;
}

export interface SequencedOptions {
  readonly loop: RunLoop;
  readonly ensureRunning?: EnsureRunning;
  readonly queue: TaskQueue;
  readonly pool: ThreadPool;
  readonly metrics?: MetricsCollector;
  /** Where a program has several: what a story calls the variables of this one. */
  readonly name?: string;
}

/**
 * Tasks one at a time, in order, on whatever thread is free: a queue behind a mutex, an atomic that says whether a run loop is under
 * way, and a run loop that runs one task and posts itself again (task-runner, 3).
 *
 * Promises: never two at once, in the order of posts. That an accepted task is run depends on the loop.
 */
export class SequencedRunner implements TaskRunner {
  readonly #context: RunnerContext;
  readonly #options: SequencedOptions;
  readonly #mutex: Mutex;
  /** What waits, behind the mutex. */
  readonly #queue: TaskQueue;
  readonly #running: AtomicCell;

  constructor(context: RunnerContext, options: SequencedOptions) {
    this.#context = context;
    this.#options = options;
    const of = options.name === undefined ? '' : `${options.name}.`;
    this.#mutex = context.memory.mutex(`${of}queueMutex`);
    this.#queue = context.memory.guarded(options.queue, `${of}queue`);
    this.#running = context.memory.cell(IDLE, `${of}running`);
  }

  start(): void {}

  /** Of itself it has nothing to end: its pool is shut down. */
  async shutdown(): Promise<void> {}

  stop(): void {}

  async post(task: RunnerTask): Promise<void> {
    await reported(this.#context, task, async () => {
      const done = await this.#options.pool.admit(task);
      await this.#push({ ...task, done });
    });
  }

  /** A step of the program's own, which is no task and is not reported. */
  async postInternal(run: () => Promise<void>): Promise<void> {
    await this.#push({ ...STEP, run });
  }

  async #push(task: Admitted): Promise<void> {
    await this.#mutex.lock();
    this.#queue.push(task);
    const { length } = this.#queue;
    this.#mutex.unlock();
    this.#options.metrics?.queueSize(this.#context.name, length);
    await this.#ensureRunning(task);
  }

  /** Starts a run loop, unless one is under way. */
  async #ensureRunning({ traits }: RunnerTask): Promise<void> {
    const wasIdle = await this.#running.compareAndSwap(IDLE, RUNNING);
    if (wasIdle || this.#options.ensureRunning === 'always') await this.#postRunLoop(traits);
  }

  async #runLoop(): Promise<void> {
    if ((await this.#running.load()) !== RUNNING) throw new Error('invalid runningCount');
    const task = await this.#fetchOneTask();
    switch (this.#options.loop) {
      case 'without-double-check':
        if (task !== undefined) await this.#execute(task);
        return (await this.#peek()) ? this.#repost() : this.#running.store(IDLE);

      case 'double-check': {
        if (task === undefined) {
          await this.#running.store(IDLE);
          const next = await this.#peek();
          if (next !== undefined) await this.#ensureRunning(next);
          return;
        }
        await this.#execute(task);
        if ((await this.#peek()) !== undefined) return this.#repost();
        await this.#running.store(IDLE);
        const next = await this.#peek();
        if (next !== undefined) await this.#ensureRunning(next);
        return;
      }

      case 'refactored':
        if (task === undefined) {
          await this.#running.store(IDLE);
          return this.#ensureRunLoopIfNeeded();
        }
        await this.#execute(task);
        return this.#ensureRunLoopIfNeeded();

      case 'sound':
        if (task !== undefined) await this.#execute(task);
        if ((await this.#peek()) !== undefined) return this.#repost();
        await this.#running.store(IDLE);
        return this.#ensureRunLoopIfNeeded();
    }
  }

  /** The document's extraction: the second look. */
  async #ensureRunLoopIfNeeded(): Promise<void> {
    const next = await this.#peek();
    if (next !== undefined) await this.#ensureRunning(next);
  }

  /** The state stays `running`: it is passed on to the next loop. */
  async #repost(): Promise<void> {
    await this.#postRunLoop(STEP.traits);
  }

  async #postRunLoop(traits: TaskTraits): Promise<void> {
    const { observe, name } = this.#context;
    const run = () =>
      this.#runLoop().catch((error: unknown) => observe({ kind: 'panicked', runner: name, error: messageOf(error) }));
    await this.#options.pool.postInternal(run, traits);
  }

  async #fetchOneTask(): Promise<RunnerTask | undefined> {
    await this.#mutex.lock();
    const task = this.#queue.pop();
    this.#mutex.unlock();
    return task;
  }

  async #peek(): Promise<RunnerTask | undefined> {
    await this.#mutex.lock();
    const task = this.#queue.peek();
    this.#mutex.unlock();
    return task;
  }

  async #execute(task: RunnerTask): Promise<void> {
    if (task.type === STEP.type) return task.run(undefined);
    const { clock, name } = this.#context;
    const startMs = clock.now();
    const succeeded = await execute(task, name, this.#context);
    (task as Admitted).done?.();
    this.#options.metrics?.execution(name, task.type, clock.now() - startMs, succeeded);
  }
}

const STEP = { id: '', type: '', traits: { priority: 'user-visible', mayBlock: false } } as const;
