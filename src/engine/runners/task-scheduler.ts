import { EngineError } from '../errors.ts';
import { type DelayManager, HeapDelayManager } from './delay-manager.ts';
import {
  execute,
  PostRefusedError,
  PRIORITIES,
  type RunnerContext,
  type RunnerTask,
  reported,
  type TaskRunner,
  type TaskTraits,
} from './runner.ts';
import type { AtomicCell, Condition, Mutex } from './shared-memory.ts';
import type { ThreadPool } from './thread-pool.ts';

/** The time that a graceful shutdown was given was over; what was left is thrown away. */
export class ShutdownTimeoutError extends EngineError {
  readonly code = 'SHUTDOWN_TIMEOUT';
  constructor(timeoutMs: number, left: number) {
    super(`shutdown timeout after ${timeoutMs} ms, forced: ${left} tasks were thrown away`);
  }
}

export type SchedulerOptions = {
  readonly threads: number;
  /** Threads for tasks that may block, where `mayBlock` is `lanes`; the others are left alone by them. */
  readonly blockingThreads: number;
  /**
   * What `mayBlock` does. `ignored`: as documented, nothing. `sketched`: the document's GetWork, where the routing is a comment: any
   * thread takes any task. `lanes`: tasks that may block run on threads of their own.
   */
  readonly mayBlock: 'ignored' | 'sketched' | 'lanes';
  /**
   * What `Category` does. `ignored`: as documented, nothing. `turns`: categories of one priority take turns, so that one with many tasks
   * does not hold the others up.
   */
  readonly category: 'ignored' | 'turns';
  /**
   * In which order GetWork looks at its three queues. The document writes `for i := 0; i < 3` over them, and numbers the priorities
   * from the least up: read so, `least-first`.
   */
  readonly scan: 'greatest-first' | 'least-first';
  /**
   * `clear`: as documented: refuse, stop the delay manager, throw the queue away. `graceful`: its repair as written: the same, but poll
   * until nothing is queued and nothing active. `sound`: refuse only what comes from outside; wait for all that was accepted.
   */
  readonly shutdown: 'clear' | 'graceful' | 'sound';
  readonly timeoutMs: number;
  readonly pollMs: number;
};

interface Work {
  readonly traits: TaskTraits;
  run(thread: string): Promise<void>;
}

type Lane = 'cpu' | 'blocking';

function categoryOf({ traits }: Work): string {
  return traits.category ?? '';
}

/** A scheduler that is only there for its threads: as documented, and nothing is ever shut down gracefully. */
const PLAIN: Omit<SchedulerOptions, 'threads'> = {
  blockingThreads: 0,
  mayBlock: 'ignored',
  category: 'ignored',
  scan: 'greatest-first',
  shutdown: 'clear',
  timeoutMs: 1,
  pollMs: 1,
};

/**
 * Threads that take tasks from three queues, one a priority (task-runner, 4 and 8).
 *
 * Promises: higher priority first, then in the order of posts; a thread runs one task at a time. What it does with `mayBlock`, and
 * with what is queued when it is shut down, is an option each.
 */
export class TaskScheduler implements TaskRunner, ThreadPool {
  readonly #context: RunnerContext;
  readonly #options: SchedulerOptions;
  readonly #delays: DelayManager;
  readonly #mutex: Mutex;
  readonly #news: Readonly<Record<Lane, Condition>>;
  readonly #queues: readonly Work[][] = PRIORITIES.map(() => []);
  readonly #shuttingDown: AtomicCell;
  readonly #queued: AtomicCell;
  readonly #active: AtomicCell;
  /** When each category was served last, where they take turns. */
  readonly #turns = new Map<string, number>();
  #turn = 0;
  readonly #stopping = new AbortController();
  /** Accepted and not finished, delayed ones and those of runners above included. */
  #open = 0;
  #onIdle: () => void = () => {};
  #closed = false;

  constructor(context: RunnerContext, options: SchedulerOptions, delays: DelayManager) {
    this.#context = context;
    this.#options = options;
    this.#delays = delays;
    const { memory } = context;
    this.#mutex = memory.mutex('queueMutex');
    this.#news = {
      cpu: memory.condition(this.#mutex, 'news'),
      blocking: memory.condition(this.#mutex, 'news of blocking work'),
    };
    this.#shuttingDown = memory.cell(0, 'shuttingDown');
    this.#queued = memory.cell(0, 'queuedCount');
    this.#active = memory.cell(0, 'activeCount');
  }

  /** Threads and nothing else: as documented, with a delay manager of its own. */
  static plain(context: RunnerContext, threads: number): TaskScheduler {
    const delays = new HeapDelayManager(context, context.name, 'new-first');
    return new TaskScheduler(context, { ...PLAIN, threads }, delays);
  }

  start(): void {
    const { threads, blockingThreads, mayBlock } = this.#options;
    const { memory, name } = this.#context;
    for (let number = 1; number <= threads; number++) {
      const thread = `${name}-${number}`;
      memory.spawn(() => this.#thread(thread, 'cpu'), thread);
    }
    if (mayBlock !== 'lanes') return;
    for (let number = 1; number <= blockingThreads; number++) {
      const thread = `${name}-blocking-${number}`;
      memory.spawn(() => this.#thread(thread, 'blocking'), thread);
    }
  }

  async post(task: RunnerTask): Promise<void> {
    await reported(this.#context, task, () => this.#accept(task));
  }

  async postInternal(run: (thread: string) => Promise<void>, traits: TaskTraits): Promise<boolean> {
    const isRefusing = this.#options.shutdown !== 'sound' && (await this.#shuttingDown.load()) === 1;
    if (isRefusing || this.#closed) return false;
    await this.#push({ traits, run });
    return true;
  }

  async admit(task: RunnerTask): Promise<() => void> {
    if (this.#options.shutdown !== 'sound') return () => {};
    await this.#assertOpenFor(task);
    return this.#hold();
  }

  async shutdown(): Promise<void> {
    const { observe, name } = this.#context;
    observe({ kind: 'shutdown', runner: name, phase: 'begun' });
    await this.#shuttingDown.store(1);
    try {
      switch (this.#options.shutdown) {
        case 'clear':
          this.#delays.stop();
          await this.#clear();
          return;
        case 'graceful':
          this.#delays.stop();
          await this.#pollUntilIdle();
          break;
        case 'sound':
          await this.#untilIdle();
          break;
      }
      observe({ kind: 'shutdown', runner: name, phase: 'drained' });
    } finally {
      await this.#close();
    }
  }

  stop(): void {
    this.#closed = true;
    this.#stopping.abort(new Error('the process ends'));
    this.#delays.stop();
  }

  async #accept(task: RunnerTask): Promise<void> {
    await this.#assertOpenFor(task);
    const release = this.#hold();
    const work: Work = {
      traits: task.traits,
      run: async (thread) => {
        await execute(task, thread, this.#context);
        release();
      },
    };
    if (task.delayMs === undefined) return this.#push(work);
    this.#delays.add(task.delayMs, () => this.#context.memory.spawn(() => this.#push(work), 'timer'));
  }

  /** A sound shutdown lets what runs take its next step. */
  async #assertOpenFor(task: RunnerTask): Promise<void> {
    const isGoingOn = this.#options.shutdown === 'sound' && task.isFollowUp === true;
    const isShuttingDown = (await this.#shuttingDown.load()) === 1;
    if (this.#closed || (isShuttingDown && !isGoingOn)) throw new PostRefusedError('the scheduler is shutting down');
  }

  /** One more that a sound shutdown waits for. @returns gives it back */
  #hold(): () => void {
    this.#open++;
    return () => {
      this.#open--;
      if (this.#open === 0) this.#onIdle();
    };
  }

  async #push(work: Work): Promise<void> {
    await this.#mutex.lock();
    this.#queues[PRIORITIES.indexOf(work.traits.priority)]?.push(work);
    await this.#queued.add(1);
    await this.#news[this.#laneOf(work)].signal();
    this.#mutex.unlock();
  }

  #laneOf({ traits }: Work): Lane {
    return this.#options.mayBlock === 'lanes' && traits.mayBlock ? 'blocking' : 'cpu';
  }

  /** Counts itself active after it has left the queue, as two counters have it; `sound` does not go by them. */
  async #thread(name: string, lane: Lane): Promise<void> {
    const { observe, process } = this.#context;
    observe({ kind: 'worker-started', worker: name, process });
    for (let work = await this.#getWork(lane); work !== undefined; work = await this.#getWork(lane)) {
      await this.#active.add(1);
      await work.run(name);
      await this.#active.add(-1);
    }
    observe({ kind: 'worker-stopped', worker: name });
  }

  async #getWork(lane: Lane): Promise<Work | undefined> {
    await this.#mutex.lock();
    for (;;) {
      const work = this.#closed ? undefined : this.#take(lane);
      if (work !== undefined) await this.#queued.add(-1);
      if (work !== undefined || this.#closed) {
        this.#mutex.unlock();
        return work;
      }
      await this.#news[lane].wait();
    }
  }

  #take(lane: Lane): Work | undefined {
    const queues = this.#options.scan === 'least-first' ? this.#queues : this.#queues.toReversed();
    for (const queue of queues) {
      const place = this.#placeOf(queue, lane);
      if (place >= 0) return queue.splice(place, 1)[0];
    }
    return undefined;
  }

  /** The oldest of the lane; where categories take turns, the oldest of the one that was served longest ago. */
  #placeOf(queue: readonly Work[], lane: Lane): number {
    if (this.#options.category === 'ignored') return queue.findIndex((work) => this.#laneOf(work) === lane);
    let place = -1;
    let servedAt = Number.POSITIVE_INFINITY;
    for (const [at, work] of queue.entries()) {
      const turn = this.#turns.get(categoryOf(work)) ?? 0;
      if (this.#laneOf(work) !== lane || turn >= servedAt) continue;
      place = at;
      servedAt = turn;
    }
    const next = queue[place];
    if (next !== undefined) this.#turns.set(categoryOf(next), ++this.#turn);
    return place;
  }

  /** The document's loop: a ticker, two counters, a deadline. */
  async #pollUntilIdle(): Promise<void> {
    const { clock } = this.#context;
    const { timeoutMs, pollMs } = this.#options;
    const deadlineMs = clock.now() + timeoutMs;
    for (;;) {
      await clock.sleep(Math.min(pollMs, Math.max(0, deadlineMs - clock.now())), this.#stopping.signal);
      if (clock.now() >= deadlineMs) return this.#force();
      if ((await this.#queued.load()) === 0 && (await this.#active.load()) === 0) return;
    }
  }

  async #untilIdle(): Promise<void> {
    const { clock } = this.#context;
    const { timeoutMs } = this.#options;
    if (this.#open === 0) return;
    const timer = new AbortController();
    this.#stopping.signal.addEventListener('abort', () => timer.abort(), { once: true });
    const timeUp = clock.sleep(timeoutMs, timer.signal).then(
      () => true,
      () => false,
    );
    const idle = new Promise<boolean>((resolve) => {
      this.#onIdle = () => resolve(false);
    });
    const isOver = await Promise.race([idle, timeUp]);
    timer.abort();
    this.#delays.stop();
    if (isOver) await this.#force();
  }

  async #force(): Promise<never> {
    const left = await this.#clear();
    throw new ShutdownTimeoutError(this.#options.timeoutMs, left);
  }

  /** Throws the queues away. @returns how many tasks were in them */
  async #clear(): Promise<number> {
    await this.#mutex.lock();
    let left = 0;
    for (const queue of this.#queues) left += queue.splice(0).length;
    await this.#queued.store(0);
    this.#mutex.unlock();
    this.#context.observe({ kind: 'shutdown', runner: this.#context.name, phase: 'forced' });
    return left;
  }

  async #close(): Promise<void> {
    await this.#mutex.lock();
    this.#closed = true;
    await this.#news.cpu.broadcast();
    await this.#news.blocking.broadcast();
    this.#mutex.unlock();
  }
}
