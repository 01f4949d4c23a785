import { describe, expect, test } from 'vitest';
import { HeapDelayManager } from '../../../src/engine/runners/delay-manager.ts';
import { FifoTaskQueue } from '../../../src/engine/runners/priority-task-queue.ts';
import { repeat } from '../../../src/engine/runners/repeating-task.ts';
import { PostRefusedError, type TaskPriority } from '../../../src/engine/runners/runner.ts';
import { SequencedRunner } from '../../../src/engine/runners/sequenced-runner.ts';
import { postTaskAndReply } from '../../../src/engine/runners/task-and-reply.ts';
import {
  type SchedulerOptions,
  ShutdownTimeoutError,
  TaskScheduler,
} from '../../../src/engine/runners/task-scheduler.ts';
import { inProcess, names, type Process, task } from './process.ts';

const OPTIONS: SchedulerOptions = {
  threads: 2,
  blockingThreads: 1,
  mayBlock: 'lanes',
  category: 'ignored',
  scan: 'greatest-first',
  shutdown: 'sound',
  timeoutMs: 1000,
  pollMs: 100,
};

function schedulerOf(process: Process, changes: Partial<SchedulerOptions> = {}): TaskScheduler {
  const scheduler = new TaskScheduler(
    process,
    { ...OPTIONS, ...changes },
    new HeapDelayManager(process, 'delays', 'new-first'),
  );
  scheduler.start();
  return scheduler;
}

const traits = (priority: TaskPriority, mayBlock = false) => ({ traits: { priority, mayBlock } });

describe('a scheduler', () => {
  test('takes the highest priority first, and within one the oldest', async () => {
    await inProcess(async (process) => {
      const scheduler = schedulerOf(process, { threads: 1 });
      await scheduler.post(task('first', () => process.sleep(10)));
      await process.sleep(1);
      await scheduler.post(task('low', undefined, traits('best-effort')));
      await scheduler.post(task('high', undefined, traits('user-blocking')));
      await scheduler.post(task('high too', undefined, traits('user-blocking')));
      await scheduler.shutdown();
      expect(names(process.of('finished'))).toEqual(['first', 'high', 'high too', 'low']);
    });
  });

  test('keeps tasks that may block off the threads of others, and never runs two on one', async () => {
    await inProcess(async (process) => {
      const scheduler = schedulerOf(process);
      for (const id of ['disk 1', 'disk 2'])
        await scheduler.post(task(id, () => process.sleep(100), traits('user-visible', true)));
      await scheduler.post(task('quick'));
      await process.sleep(10);
      expect(names(process.of('finished'))).toEqual(['quick']);
      await scheduler.shutdown();
      expect(process.of('started').map(({ worker }) => worker)).toContain('runner-blocking-1');
      expect(names(process.of('finished'))).toEqual(['quick', 'disk 1', 'disk 2']);
    });
  });

  test('shut down soundly runs all that was accepted, delayed tasks and next steps too, under many schedules', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      await inProcess(
        async (process) => {
          const scheduler = schedulerOf(process);
          const runner = new SequencedRunner(process, { loop: 'sound', queue: new FifoTaskQueue(), pool: scheduler });
          await scheduler.post(task('delayed', undefined, { delayMs: 300 }));
          for (const id of ['s1', 's2', 's3']) await runner.post(task(id, () => process.sleep(10)));
          const next = task('next', undefined, { isFollowUp: true });
          await scheduler.post(task('step', () => process.sleep(5).then(() => scheduler.post(next))));
          await scheduler.shutdown();
          expect(names(process.of('finished')).sort()).toEqual(['delayed', 'next', 's1', 's2', 's3', 'step']);
          await expect(scheduler.post(task('late'))).rejects.toThrow(PostRefusedError);
        },
        { seed },
      );
    }
  });

  test.each(['graceful', 'sound'] as const)(
    'shut down %s gives up at the time-out, and says how much it threw away',
    async (shutdown) => {
      await inProcess(async (process) => {
        const scheduler = schedulerOf(process, { threads: 1, shutdown });
        for (const id of ['long', 'a', 'b']) await scheduler.post(task(id, () => process.sleep(5000)));
        await process.sleep(1);
        await expect(scheduler.shutdown()).rejects.toThrow(ShutdownTimeoutError);
        expect(process.of('shutdown').map(({ phase }) => phase)).toEqual(['begun', 'forced']);
        await process.sleep(20_000);
        expect(names(process.of('finished'))).toEqual(['long']);
      });
    },
  );
});

describe('task and reply', () => {
  test('hands the result over to the asker’s runner', async () => {
    await inProcess(async (process) => {
      const scheduler = schedulerOf(process);
      const asker = new SequencedRunner(process, { loop: 'sound', queue: new FifoTaskQueue(), pool: scheduler });
      let answer = 0;
      const question = { ...task('question'), run: async () => 42 };
      const reply = {
        ...task('reply'),
        run: async (result: number) => {
          answer = result;
        },
      };
      await postTaskAndReply(scheduler, question, asker, reply);
      await scheduler.shutdown();
      expect(answer).toBe(42);
      expect(names(process.of('finished'))).toEqual(expect.arrayContaining(['question', 'reply']));
    });
  });

  test('has no reply to a task that throws', async () => {
    await inProcess(async (process) => {
      const scheduler = schedulerOf(process);
      const question = { ...task('question'), run: () => Promise.reject(new Error('no answer')) };
      await postTaskAndReply(scheduler, question, scheduler, { ...task('reply'), run: async () => {} });
      await scheduler.shutdown();
      expect(names(process.of('finished'))).toEqual(['question']);
    });
  });
});

test('a repeating task runs one interval after the run before has ended, until it is stopped', async () => {
  await inProcess(async (process) => {
    const scheduler = schedulerOf(process);
    const delays = new HeapDelayManager(process, 'delays', 'new-first');
    const startMs = process.clock.now();
    const starts: number[] = [];
    const repeating = await repeat(scheduler, delays, { intervalMs: 100 }, (run) =>
      task(`run ${run}`, async () => {
        starts.push(process.clock.now() - startMs);
        await process.sleep(50);
      }),
    );
    await process.sleep(400);
    repeating.stop();
    await process.sleep(1000);
    expect(starts).toEqual([0, 150, 300]);
    expect(repeating.isStopped).toBe(true);
    scheduler.stop();
  });
});

test('a task repeated at a fixed rate keeps its rhythm, whatever its runs take', async () => {
  await inProcess(async (process) => {
    const scheduler = schedulerOf(process);
    const startMs = process.clock.now();
    const starts: number[] = [];
    const delays = new HeapDelayManager(process, 'delays', 'new-first');
    const repeating = await repeat(scheduler, delays, { intervalMs: 100, rhythm: 'fixed-rate' }, (run) =>
      task(`run ${run}`, async () => {
        starts.push(process.clock.now() - startMs);
        await process.sleep(50);
      }),
    );
    await process.sleep(250);
    repeating.stop();
    await process.sleep(1000);
    expect(starts).toEqual([0, 100, 200]);
    scheduler.stop();
  });
});

test('a repetition whose first run is refused is none, and its caller is told', async () => {
  await inProcess(async (process) => {
    const scheduler = schedulerOf(process);
    await scheduler.shutdown();
    const delays = new HeapDelayManager(process, 'delays', 'new-first');
    await expect(repeat(scheduler, delays, { intervalMs: 1 }, () => task('t'))).rejects.toThrow('shutting down');
    expect(delays.pending).toBe(0);
  });
});

test('categories of one priority take turns, and each keeps its order', async () => {
  await inProcess(async (process) => {
    const scheduler = schedulerOf(process, { threads: 1, category: 'turns' });
    const of = (category: string, id: string) =>
      task(id, () => process.sleep(1), { traits: { priority: 'user-visible', mayBlock: false, category } });
    for (const id of ['a1', 'a2', 'a3']) await scheduler.post(of('a', id));
    for (const id of ['b1', 'b2']) await scheduler.post(of('b', id));
    await process.sleep(100);
    const order = names(process.of('finished'));
    expect(order.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(order.indexOf('b1')).toBeLessThan(order.indexOf('a3'));
    expect(order.indexOf('b2')).toBeLessThan(order.indexOf('a3'));
    scheduler.stop();
  });
});
