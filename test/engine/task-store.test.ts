import { describe, expect, it } from 'vitest';
import type { Task } from '../../src/engine/task.ts';
import { TaskStore } from '../../src/engine/task-store.ts';
import { inWorld } from './world.ts';

function task(id: string, changes: Partial<Task> = {}): Task {
  return {
    id,
    type: 'email',
    payload: '{"to":"ä"}',
    priority: 0,
    status: 'pending',
    createdAtMs: 1_735_689_600_000,
    queueTimeoutMs: 0,
    processTimeoutMs: 250,
    ...changes,
  };
}

describe('TaskStore', () => {
  it.each(['indexed', 'unindexed'] as const)('%s: what was written is read back as it was', async (index) => {
    await inWorld(async (machine) => {
      const store = new TaskStore(machine, machine.keys, index);
      const written = task('t1', { priority: -3, queueTimeoutMs: 9000 });
      await store.create(written);
      expect(await store.get('t1')).toEqual(written);
      expect(await store.status('t1')).toBe('pending');
    });
  });

  it('an unknown task has neither record nor status', async () => {
    await inWorld(async (machine) => {
      const store = new TaskStore(machine, machine.keys, 'indexed');
      expect(await store.get('nobody')).toBeUndefined();
      expect(await store.status('nobody')).toBeUndefined();
    });
  });

  it('indexed: pending ids stand by priority, then by age', async () => {
    await inWorld(async (machine) => {
      const store = new TaskStore(machine, machine.keys, 'indexed');
      await store.create(task('late', { createdAtMs: 2000 }));
      await store.create(task('early', { createdAtMs: 1000 }));
      await store.create(task('urgent', { createdAtMs: 3000, priority: 1 }));
      expect(await store.ids('pending', 0, 10)).toEqual(['urgent', 'early', 'late']);
      expect(await store.ids('pending', 1, 1)).toEqual(['early']);
    });
  });

  it('indexed: a status moves the id from one index to the other, and is observed', async () => {
    const world = await inWorld(async (machine) => {
      const store = new TaskStore(machine, machine.keys, 'indexed');
      await store.create(task('t1'));
      const running = await store.setStatus(task('t1'), 'processing');
      expect(running.status).toBe('processing');
      expect(await store.get('t1')).toEqual(running);
      expect([await store.count('pending'), await store.count('processing')]).toEqual([0, 1]);
    });
    expect(world.eventsOf('status')).toEqual([{ kind: 'status', task: 't1', from: 'pending', to: 'processing' }]);
  });

  it('indexed: a status that stays leaves the id where it was', async () => {
    await inWorld(async (machine) => {
      const store = new TaskStore(machine, machine.keys, 'indexed');
      await store.create(task('t1'));
      const running = await store.setStatus(task('t1'), 'processing', 'stays');
      expect(await store.ids('pending', 0, 10)).toEqual(['t1']);
      expect(await store.status('t1')).toBe('processing');
      await store.setStatus(running, 'success', 'pending');
      expect([await store.count('pending'), await store.count('success')]).toEqual([0, 1]);
    });
  });

  it('indexed: only the first to take an id out of the index is told so', async () => {
    await inWorld(async (machine) => {
      const store = new TaskStore(machine, machine.keys, 'indexed');
      await store.create(task('t1'));
      expect(await Promise.all([store.unindex('t1', 'pending'), store.unindex('t1', 'pending')])).toEqual([
        true,
        false,
      ]);
    });
  });

  it('unindexed: terminal statuses are counted, the others are not', async () => {
    await inWorld(async (machine) => {
      const store = new TaskStore(machine, machine.keys, 'unindexed');
      for (const id of ['t1', 't2', 't3']) await store.create(task(id));
      await store.setStatus(task('t1'), 'processing');
      await store.setStatus(task('t1', { status: 'processing' }), 'success');
      await store.setStatus(task('t2'), 'canceled');
      const counts = await Promise.all(
        (['pending', 'processing', 'success', 'canceled'] as const).map((status) => store.count(status)),
      );
      expect(counts).toEqual([0, 0, 1, 1]);
      expect(await store.ids('pending', 0, 10)).toEqual([]);
    });
  });

  it('an error inside a transaction is raised, not swallowed', async () => {
    await inWorld(async (machine) => {
      const store = new TaskStore(machine, machine.keys, 'indexed');
      await machine.redis.set(machine.keys.status('pending'), 'no sorted set');
      await expect(store.create(task('t1'))).rejects.toThrow(/^WRONGTYPE/);
    });
  });
});
