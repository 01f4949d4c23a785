import { describe, expect, it } from 'vitest';
import { type HeldLock, LOCK_TTL_MS, TaskLock } from '../../src/engine/task-lock.ts';
import { inWorld } from './world.ts';

describe('TaskLock', () => {
  it('has one owner at a time', async () => {
    await inWorld(async (machine) => {
      const lock = new TaskLock(machine, machine.keys);
      const held = await Promise.all(Array.from({ length: 10 }, () => lock.acquire('task:t1')));
      expect(held.filter((each) => each !== undefined)).toHaveLength(1);
    });
  });

  it('is free again once its owner has given it back', async () => {
    await inWorld(async (machine) => {
      const lock = new TaskLock(machine, machine.keys);
      await lock.release((await lock.acquire('task:t1')) as HeldLock);
      expect(await lock.acquire('task:t1')).toBeDefined();
    });
  });

  it('ends after its time to live, not before', async () => {
    await inWorld(async ({ clock, ...machine }) => {
      const lock = new TaskLock(machine, machine.keys, 2_000);
      await lock.acquire('task:t1');
      await clock.sleep(1_990);
      expect(await lock.acquire('task:t1')).toBeUndefined();
      await clock.sleep(11);
      expect(await lock.acquire('task:t1')).toBeDefined();
    });
  });

  it('that expired and was taken by another survives its first owner, who gives it back too late', async () => {
    const world = await inWorld(async ({ clock, ...machine }) => {
      const lock = new TaskLock(machine, machine.keys, 1_000);
      const first = await lock.acquire('task:t1');
      await clock.sleep(1_001);
      const second = await lock.acquire('task:t1');
      await lock.release(first as HeldLock);
      expect(await lock.acquire('task:t1')).toBeUndefined();
      await lock.release(second as HeldLock);
      expect(await lock.acquire('task:t1')).toBeDefined();
    });
    expect(world.eventsOf('lock-released').map(({ held }) => held)).toEqual([false, true]);
  });

  it('holds half a minute where nothing else was said, as documented', () => {
    expect(LOCK_TTL_MS).toBe(30_000);
  });
});
