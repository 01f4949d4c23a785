import { describe, expect, test } from 'vitest';
import { ChannelClosedError, localMemory } from '../../../src/engine/runners/local-memory.ts';

describe('shared memory outside of the simulation', () => {
  test('answers at once, without a promise, wherever it need not wait', () => {
    const cell = localMemory.cell(1);
    expect([cell.load(), cell.add(1), cell.compareAndSwap(2, 5), cell.compareAndSwap(2, 6), cell.load()]).toEqual([
      1,
      2,
      true,
      false,
      5,
    ]);
    const mutex = localMemory.mutex();
    expect(mutex.lock()).toBeUndefined();
    const channel = localMemory.channel<{ readonly value: number }>(1);
    expect([channel.send({ value: 1 }), channel.trySend({ value: 2 }), channel.receive()]).toEqual([
      undefined,
      false,
      { value: 1 },
    ]);
    const group = localMemory.waitGroup();
    expect([group.add(1), group.done(), group.wait()]).toEqual([undefined, undefined, undefined]);
  });

  test('hands a guarded object back as it is', () => {
    const queue = [1];
    expect(localMemory.guarded(queue, 'queue')).toBe(queue);
  });

  test('a mutex that is held lets the next in when it is given back, first come first served', async () => {
    const mutex = localMemory.mutex();
    const order: number[] = [];
    await mutex.lock();
    const waiting = [1, 2].map(async (who) => {
      await mutex.lock();
      order.push(who);
      mutex.unlock();
    });
    expect(order).toEqual([]);
    mutex.unlock();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2]);
    expect(() => mutex.unlock()).toThrow('not locked');
  });

  test('a broadcast wakes all that wait, a signal one', async () => {
    const mutex = localMemory.mutex();
    const news = localMemory.condition(mutex);
    let woken = 0;
    const waiting = [1, 2, 3].map(async () => {
      await mutex.lock();
      await news.wait();
      woken++;
      mutex.unlock();
    });
    await Promise.resolve();
    await news.signal();
    await waiting[0];
    expect(woken).toBe(1);
    await news.broadcast();
    await Promise.all(waiting);
    expect(woken).toBe(3);
  });

  test('a channel that is closed gives what is left, then nothing, and takes no more', async () => {
    const channel = localMemory.channel<{ readonly value: number }>(2);
    await channel.send({ value: 1 });
    await channel.close();
    expect([await channel.receive(), await channel.receive()]).toEqual([{ value: 1 }, undefined]);
    expect(() => channel.send({ value: 2 })).toThrow(ChannelClosedError);
  });
});
