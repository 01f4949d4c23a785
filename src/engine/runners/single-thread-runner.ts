import {
  execute,
  PostRefusedError,
  type RunnerContext,
  type RunnerDefinition,
  type RunnerTask,
  reported,
  type TaskRunner,
} from './runner.ts';
import type { Channel, Condition, Mutex } from './shared-memory.ts';

type SingleThreadParameters = {
  /** The document's buffer. */
  readonly capacity: number;
  /**
   * A full queue, as documented: `block` (a plain send on the channel) or `lose` (a send with an empty `default`); the document shows
   * the channel and not the send. Its repair: `drop`, `reject` or `wait`.
   */
  readonly whenFull: 'block' | 'lose' | 'drop' | 'reject' | 'wait';
  /**
   * How a post and the end of the runner meet. `select`, as the repair is written: Go's select picks any case that can go on, so a
   * closed runner with room may still accept. `locked`: posts and the end exclude each other, the end runs what was accepted, and the
   * runner's own thread never waits for itself.
   */
  readonly closing: 'select' | 'locked';
};

/**
 * One thread that takes tasks from a bounded channel, one after the other (task-runner, 1).
 *
 * Promises: never two at once, in the order in which posts were accepted; never more than `capacity` in its queue. A caller that
 * waits holds its task itself: the queue is bounded, the program's memory is not.
 */
class SingleThreadRunner implements TaskRunner {
  readonly #context: RunnerContext;
  readonly #parameters: SingleThreadParameters;
  readonly #queue: Channel<RunnerTask>;
  /** Of `locked` closing: guards posts against the end. */
  readonly #mutex: Mutex;
  readonly #room: Condition;
  readonly #stopping = new AbortController();
  #closed = false;
  #waiting = 0;
  #ended: Promise<void> = Promise.resolve();
  /** The document's counter: posts that the `drop` policy turned away. Those of `reject` it does not count. */
  rejectedCount = 0;

  constructor(context: RunnerContext, parameters: SingleThreadParameters) {
    this.#context = context;
    this.#parameters = parameters;
    this.#queue = context.memory.channel(parameters.capacity, 'workQueue');
    this.#mutex = context.memory.mutex('closing');
    this.#room = context.memory.condition(this.#mutex, 'room');
  }

  start(): void {
    this.#ended = new Promise((resolve) => {
      this.#context.memory.spawn(async () => {
        await this.#work();
        resolve();
      }, this.#context.name);
    });
  }

  async post(task: RunnerTask): Promise<void> {
    await reported(this.#context, task, () => this.#accept(task));
  }

  /** The document's own ends the thread after the task under way; what is queued stays there. */
  async shutdown(): Promise<void> {
    const { observe, name } = this.#context;
    observe({ kind: 'shutdown', runner: name, phase: 'begun' });
    if (this.#parameters.closing === 'locked') {
      await this.#mutex.lock();
      this.#closed = true;
      await this.#queue.close();
      await this.#room.broadcast();
      this.#mutex.unlock();
    } else {
      this.stop();
    }
    await this.#ended;
    observe({ kind: 'shutdown', runner: name, phase: 'drained' });
  }

  stop(): void {
    this.#stopping.abort(closed());
  }

  async #accept(task: RunnerTask): Promise<void> {
    const { whenFull, closing } = this.#parameters;
    if (closing === 'locked') return this.#acceptLocked(task);
    switch (whenFull) {
      case 'block':
        return this.#send(task);
      case 'lose':
        await this.#queue.trySend(task);
        this.#report();
        return;
      default:
        return this.#select(task);
    }
  }

  /** The repair, as the document writes it. */
  async #select(task: RunnerTask): Promise<void> {
    const { random } = this.#context;
    const { capacity, whenFull } = this.#parameters;
    const isClosed = this.#stopping.signal.aborted;
    const hasRoom = this.#queue.length < capacity;
    if (isClosed && (!hasRoom || random.integer(2) === 0)) throw closed();
    const accepted = await this.#queue.trySend(task);
    this.#report();
    if (accepted) return;
    if (whenFull === 'drop') {
      this.#count();
      throw new PostRefusedError('queue full, task dropped');
    }
    if (whenFull === 'reject') throw new PostRefusedError('queue full, rejected');
    await this.#send(task);
  }

  async #acceptLocked(task: RunnerTask): Promise<void> {
    const { whenFull, capacity } = this.#parameters;
    await this.#mutex.lock();
    try {
      while (!this.#closed && this.#queue.length >= capacity) {
        // A task that waited for room on its own thread would wait for itself.
        if (whenFull !== 'wait' || task.isFollowUp) throw new PostRefusedError('queue full, rejected');
        this.#waiting++;
        await this.#room.wait();
        this.#waiting--;
      }
      if (this.#closed) throw closed();
      await this.#queue.trySend(task);
      this.#report();
    } catch (error) {
      this.#count();
      throw error;
    } finally {
      this.#mutex.unlock();
    }
  }

  async #send(task: RunnerTask): Promise<void> {
    this.#waiting++;
    const sent = this.#queue.send(task, this.#stopping.signal);
    this.#report();
    try {
      await sent;
    } finally {
      this.#waiting--;
      this.#report();
    }
  }

  async #work(): Promise<void> {
    const { name, process, observe } = this.#context;
    const { signal } = this.#stopping;
    observe({ kind: 'worker-started', worker: name, process });
    while (!signal.aborted) {
      const task = await this.#queue.receive(signal);
      if (task === undefined) return;
      this.#report();
      if (this.#parameters.closing === 'locked') await this.#makeRoom();
      await execute(task, name, this.#context);
    }
  }

  #count(): void {
    this.rejectedCount++;
    const { observe, name } = this.#context;
    observe({ kind: 'recorded', figure: 'rejection', type: name, value: this.rejectedCount });
  }

  async #makeRoom(): Promise<void> {
    await this.#mutex.lock();
    await this.#room.signal();
    this.#mutex.unlock();
  }

  #report(): void {
    const { observe, name } = this.#context;
    const { capacity } = this.#parameters;
    observe({ kind: 'backlog', runner: name, queued: this.#queue.length, waiting: this.#waiting, capacity });
  }
}

function closed(): PostRefusedError {
  return new PostRefusedError('runner closed');
}

export const singleThreadRunner: RunnerDefinition<SingleThreadParameters> = {
  id: 'single-thread-runner',
  source: 'task-runner, 1',
  summary: 'one thread, a channel of 100; a full channel blocks, loses, drops, rejects or waits',
  guarantees: {
    order: 'one at a time, in order of posts',
    delivery: 'may lose tasks',
    brokenBy: [
      'a shutdown while tasks are queued: they stay there (closing select)',
      'a post that meets the shutdown: accepted half the time, and never run (closing select)',
      'a task that posts to its own full runner and waits: both wait for ever (whenFull block and wait, closing select)',
      'a full channel, whenFull lose: the task is gone, and nobody is told',
    ],
  },
  defaults: { capacity: 100, whenFull: 'block', closing: 'select' },
  choices: { whenFull: ['block', 'lose', 'drop', 'reject', 'wait'], closing: ['select', 'locked'] },
  create: (context, parameters) => new SingleThreadRunner(context, parameters),
};
