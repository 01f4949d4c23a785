import { type DelayManager, HeapDelayManager, type TimerResets, TimingWheel } from './delay-manager.ts';
import { jobManager } from './job-manager.ts';
import { collector, type Monitoring } from './metrics-collector.ts';
import { FifoTaskQueue, PriorityTaskQueue, type Sequence } from './priority-task-queue.ts';
import { repeatingTask } from './repeating-task.ts';
import { execute, type RunnerContext, type RunnerDefinition, reported, type TaskRunner } from './runner.ts';
import { type EnsureRunning, type RunLoop, SequencedRunner } from './sequenced-runner.ts';
import { singleThreadRunner } from './single-thread-runner.ts';
import { taskAndReply } from './task-and-reply.ts';
import { type SchedulerOptions, TaskScheduler } from './task-scheduler.ts';
import { goroutines } from './thread-pool.ts';

type SequencedParameters = {
  readonly loop: RunLoop;
  readonly ensureRunning: EnsureRunning;
  readonly metrics: Monitoring;
};

const sequencedRunner: RunnerDefinition<SequencedParameters> = {
  id: 'sequenced-runner',
  source: 'task-runner, 3 and 7',
  summary: 'one task at a time on any thread: an atomic, a mutex, a run loop that posts itself again',
  guarantees: {
    order: 'one at a time, in order of posts',
    delivery: 'may lose tasks',
    brokenBy: [
      'a post between the last look at the queue and the end of the loop (loop without-double-check): its task waits for the next post',
      'a second task (loop refactored): the loop ends after one, and says that it still runs',
      'a post while a task runs (loop refactored, ensureRunning always): two loops',
    ],
  },
  defaults: { loop: 'double-check', ensureRunning: 'if-idle', metrics: 'none' },
  choices: {
    loop: ['without-double-check', 'double-check', 'refactored', 'sound'],
    ensureRunning: ['if-idle', 'always'],
    metrics: ['none', 'sketched', 'complete'],
  },
  create(context, { loop, ensureRunning, metrics }) {
    const monitoring = collector(metrics, context.observe);
    return new SequencedRunner(context, {
      loop,
      ensureRunning,
      queue: new FifoTaskQueue(),
      pool: goroutines(context.memory),
      ...(monitoring !== undefined && { metrics: monitoring }),
    });
  },
};

type QueueParameters = {
  readonly sequence: Sequence;
  /** How many sequence numbers are left before they begin anew. */
  readonly numbersLeft: number;
};

const priorityQueue: RunnerDefinition<QueueParameters> = {
  id: 'priority-queue',
  source: 'task-runner, 10',
  summary: 'a sequenced runner over a heap of (priority, sequence number), the numbers near their wrap',
  guarantees: {
    order: 'priority, then order of posts',
    delivery: 'exactly once',
    brokenBy: [
      'tasks on two sides of a wrap in the queue at once (sequence uint64 and int64-reset): the younger go first',
    ],
  },
  defaults: { sequence: 'uint64', numbersLeft: Number.MAX_SAFE_INTEGER },
  choices: { sequence: ['uint64', 'int64-reset', 'serial'] },
  create: (context, { sequence, numbersLeft }) =>
    new SequencedRunner(context, {
      loop: 'sound',
      queue: new PriorityTaskQueue(sequence, numbersLeft),
      pool: goroutines(context.memory),
    }),
};

type SchedulerParameters = SchedulerOptions & {
  /** Whom tasks are posted to: the scheduler, or a sequenced runner that borrows its threads. */
  readonly front: 'scheduler' | 'sequenced-runner';
};

const taskScheduler: RunnerDefinition<SchedulerParameters> = {
  id: 'task-scheduler',
  source: 'task-runner, 4 and 8',
  summary: 'threads over three priorities, a delay manager, and ways to shut down',
  guarantees: {
    order: 'priority, then order of posts',
    delivery: 'may lose tasks',
    brokenBy: [
      'a shutdown: what is queued or delayed is thrown away (shutdown clear)',
      'a graceful shutdown with delayed tasks, tasks in a sequenced runner, or tasks that post their next step (shutdown graceful)',
      'as many blocking tasks as threads: nothing else runs (mayBlock ignored and sketched)',
      'a category with many tasks: the others of its priority wait behind all of them (category ignored)',
      'least-first scan: best-effort work goes before what a user waits for',
    ],
  },
  defaults: {
    threads: 4,
    blockingThreads: 4,
    mayBlock: 'ignored',
    category: 'ignored',
    scan: 'greatest-first',
    shutdown: 'clear',
    timeoutMs: 5000,
    pollMs: 100,
    front: 'scheduler',
  },
  choices: {
    mayBlock: ['ignored', 'sketched', 'lanes'],
    category: ['ignored', 'turns'],
    scan: ['greatest-first', 'least-first'],
    shutdown: ['clear', 'graceful', 'sound'],
    front: ['scheduler', 'sequenced-runner'],
  },
  create(context, { front, ...options }): TaskRunner {
    const scheduler = new TaskScheduler(context, options, new HeapDelayManager(context, context.name, 'new-first'));
    if (front === 'scheduler') return scheduler;
    const runner = new SequencedRunner(context, { loop: 'sound', queue: new FifoTaskQueue(), pool: scheduler });
    return {
      post: (task) => runner.post(task),
      start: () => scheduler.start(),
      shutdown: () => scheduler.shutdown(),
      stop: () => scheduler.stop(),
    };
  },
};

type DelayParameters = {
  readonly timer: 'heap' | 'wheel';
  /** Of the heap; the wheel's are for an earlier time alone. */
  readonly resets: TimerResets;
  /** Of the wheel. */
  readonly tickMs: number;
};

function delayManager(context: RunnerContext, { timer, resets, tickMs }: DelayParameters): DelayManager {
  return timer === 'heap'
    ? new HeapDelayManager(context, context.name, resets)
    : new TimingWheel(context, context.name, tickMs);
}

const delayRunner: RunnerDefinition<DelayParameters> = {
  id: 'delay-manager',
  source: 'task-runner, 5',
  summary: 'delayed tasks: one timer over a heap, or a hierarchical timing wheel',
  guarantees: {
    order: 'none',
    delivery: 'exactly once',
    brokenBy: ['a tick is how late the wheel may be'],
  },
  defaults: { timer: 'heap', resets: 'every-change', tickMs: 10 },
  choices: { timer: ['heap', 'wheel'], resets: ['every-change', 'new-first', 'earlier'] },
  create(context, parameters) {
    const delays = delayManager(context, parameters);
    const { memory, name } = context;
    return {
      post: (task) =>
        reported(context, task, () => {
          const run = async () => void (await execute(task, name, context));
          delays.add(task.delayMs ?? 0, () => memory.spawn(run, 'timer'));
        }),
      start() {},
      shutdown: async () => delays.stop(),
      stop: () => delays.stop(),
    };
  },
};

/** The catalogue of in-process runners, in the order of the document. */
export const RUNNERS: readonly RunnerDefinition[] = [
  singleThreadRunner,
  jobManager,
  sequencedRunner,
  taskScheduler,
  delayRunner,
  priorityQueue,
  repeatingTask,
  taskAndReply,
] as readonly unknown[] as readonly RunnerDefinition[];
