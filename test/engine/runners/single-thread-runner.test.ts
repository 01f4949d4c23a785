import { describe, expect, test } from 'vitest';
import { localMemory } from '../../../src/engine/runners/local-memory.ts';
import { PostRefusedError } from '../../../src/engine/runners/runner.ts';
import { singleThreadRunner } from '../../../src/engine/runners/single-thread-runner.ts';
import { inProcess, names, type Process, task } from './process.ts';

type Parameters = typeof singleThreadRunner.defaults;

function runnerOf(process: Process, changes: Partial<Parameters>) {
  const runner = singleThreadRunner.create(process, { ...singleThreadRunner.defaults, capacity: 2, ...changes });
  runner.start();
  return runner;
}

describe('a single-thread runner', () => {
  test('runs what is posted one at a time, in order', async () => {
    await inProcess(async (process) => {
      const runner = runnerOf(process, {});
      for (const id of ['a', 'b', 'c', 'd']) await runner.post(task(id, () => process.sleep(5)));
      await process.sleep(50);
      expect(names(process.of('finished'))).toEqual(['a', 'b', 'c', 'd']);
      runner.stop();
    });
  });

  test.each(['drop', 'reject'] as const)('with a full queue and the policy %s refuses', async (whenFull) => {
    await inProcess(async (process) => {
      const runner = runnerOf(process, { whenFull });
      await runner.post(task('under way', () => process.sleep(100)));
      await process.sleep(1);
      await runner.post(task('queued'));
      await runner.post(task('queued too'));
      await expect(runner.post(task('too many'))).rejects.toThrow(PostRefusedError);
      expect(names(process.of('refused'))).toEqual(['too many']);
      runner.stop();
    });
  });

  test('with the policy wait holds its caller up until there is room', async () => {
    await inProcess(async (process) => {
      const runner = runnerOf(process, { whenFull: 'wait' });
      for (const id of ['a', 'b', 'c', 'd']) await runner.post(task(id, () => process.sleep(10)));
      expect(names(process.of('finished'))).toContain('a');
      await process.sleep(50);
      expect(process.of('finished')).toHaveLength(4);
      runner.stop();
    });
  });

  test('that loses what does not fit says that it was accepted', async () => {
    await inProcess(async (process) => {
      const runner = runnerOf(process, { whenFull: 'lose' });
      for (let nth = 0; nth < 6; nth++) await runner.post(task(`t${nth}`, () => process.sleep(10)));
      await process.sleep(100);
      expect(process.of('submitted')).toHaveLength(6);
      expect(process.of('finished').length).toBeLessThan(6);
      runner.stop();
    });
  });

  test('closed under a lock runs all that it has accepted, and accepts no more', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      await inProcess(
        async (process) => {
          const runner = runnerOf(process, { whenFull: 'wait', closing: 'locked' });
          const posts = ['a', 'b', 'c', 'd', 'e'].map((id) =>
            runner.post(task(id, () => process.sleep(1))).catch(() => {}),
          );
          await process.sleep(2);
          await runner.shutdown();
          await Promise.all(posts);
          await expect(runner.post(task('late'))).rejects.toThrow('runner closed');
          expect(names(process.of('finished')).sort()).toEqual(names(process.of('submitted')).sort());
        },
        { seed },
      );
    }
  });
});

describe('the real form of shared memory', () => {
  test('answers at once wherever it need not wait', () => {
    const cell = localMemory.cell(1);
    expect([cell.load(), cell.compareAndSwap(1, 5), cell.compareAndSwap(1, 6), cell.add(2)]).toEqual([
      1,
      true,
      false,
      7,
    ]);
    expect(localMemory.mutex().lock()).toBeUndefined();
    const channel = localMemory.channel<{ value: number }>(1);
    expect(channel.trySend({ value: 1 })).toBe(true);
    expect(channel.trySend({ value: 2 })).toBe(false);
    expect(channel.receive()).toEqual({ value: 1 });
    expect(localMemory.waitGroup().wait()).toBeUndefined();
  });

  test('a channel without room hands over when both sides are there', async () => {
    const channel = localMemory.channel<{ value: number }>(0);
    const sent = channel.send({ value: 1 });
    expect(await channel.receive()).toEqual({ value: 1 });
    await sent;
  });

  test('who is stopped while it waits leaves nothing behind', async () => {
    const channel = localMemory.channel<{ value: number }>(1);
    await channel.send({ value: 1 });
    const stop = new AbortController();
    const sent = channel.send({ value: 2 }, stop.signal);
    stop.abort(new Error('enough'));
    await expect(sent).rejects.toThrow('enough');
    expect(await channel.receive()).toEqual({ value: 1 });
    const waiting = channel.receive();
    await channel.close();
    expect(await waiting).toBeUndefined();
  });

  test('a condition is waited for under its mutex, and each signal wakes one', async () => {
    const mutex = localMemory.mutex();
    const condition = localMemory.condition(mutex);
    const woken: string[] = [];
    const wait = async (name: string) => {
      await mutex.lock();
      await condition.wait();
      woken.push(name);
      mutex.unlock();
    };
    const both = [wait('first'), wait('second')];
    await Promise.resolve();
    await condition.signal();
    await both[0];
    expect(woken).toEqual(['first']);
    await condition.signal();
    await both[1];
    expect(woken).toEqual(['first', 'second']);
  });
});
