import { describe, expect, it } from 'vitest';
import { InvalidValueError, UnknownTaskError, UnknownTaskTypeError } from '../../src/engine/errors.ts';
import type { TaskCounts } from '../../src/engine/task-manager.ts';
import { CLAIM_IDS, inWorld, openQueue, workerOf } from './world.ts';

/** The shard that `email` falls into, for the strategies that bind shards to workers. */
const SHARD_OF_EMAIL = 2;
const NONE: TaskCounts = { pending: 0, processing: 0, success: 0, failed: 0, canceled: 0, timeout: 0 };
const handler = async () => {};

describe('TaskManager', () => {
  it('refuses a type without a handler, and nothing of it reaches Redis', async () => {
    const world = await inWorld(async (machine) => {
      const { manager } = await openQueue(machine, 'single-queue-lock');
      manager.register('email', handler);
      await expect(manager.submit('emial', null)).rejects.toThrow(UnknownTaskTypeError);
      await expect(manager.submit('emial', null)).rejects.toThrow(
        "no handler is registered for task type 'emial'; known: email. Register it first",
      );
    });
    expect(world.redis.server.commandsRun).toBe(0);
    expect(world.eventsOf('submitting')).toEqual([]);
  });

  it.each([
    [{ priority: 501 }, 'priority must be a whole number from -500 to 500, not 501'],
    [{ priority: -501 }, 'priority must be a whole number from -500 to 500, not -501'],
    [{ priority: 0.5 }, 'priority must be a whole number from -500 to 500, not 0.5'],
    [{ queueTimeoutMs: -1 }, 'queueTimeoutMs must be a whole number from 0 to 9007199254740991, not -1'],
    [{ processTimeoutMs: Number.NaN }, 'processTimeoutMs must be a whole number from 0 to 9007199254740991, not NaN'],
  ])('refuses %o', async (options, message) => {
    await inWorld(async (machine) => {
      const { manager } = await openQueue(machine, 'single-queue-lock');
      manager.register('email', handler);
      await expect(manager.submit('email', null, options)).rejects.toThrow(new InvalidValueError(message));
      expect(await manager.stats()).toEqual(NONE);
    });
  });

  it('takes the highest and the lowest priority', async () => {
    await inWorld(async (machine) => {
      const { manager } = await openQueue(machine, 'single-queue-lock');
      manager.register('email', handler);
      expect((await manager.submit('email', null, { priority: 500 })).priority).toBe(500);
      expect((await manager.submit('email', null, { priority: -500 })).priority).toBe(-500);
    });
  });

  it('draws an id where the caller chose none, another for every task', async () => {
    await inWorld(async (machine) => {
      const { manager } = await openQueue(machine, 'single-queue-lock');
      manager.register('email', handler);
      const [one, other] = [await manager.submit('email', null), await manager.submit('email', null)];
      expect(one.id).not.toBe(other.id);
      expect((await manager.submit('email', null, { id: 'mine' })).id).toBe('mine');
    });
  });

  it('a registered limit is the limiter’s', async () => {
    await inWorld(async (machine) => {
      const { manager } = await openQueue(machine, 'single-queue-lock');
      manager.register('email', handler, { limit: 5 });
      expect(machine.limiter.limit('email')).toBe(5);
      expect(manager.types).toEqual(['email']);
    });
  });

  it('canceling an unknown task is an error', async () => {
    await inWorld(async (machine) => {
      const { manager } = await openQueue(machine, 'single-queue-lock');
      await expect(manager.cancel('nobody')).rejects.toThrow(new UnknownTaskError('nobody'));
    });
  });
});

describe.each(CLAIM_IDS)('TaskManager over %s', (claims) => {
  it('gives a task back as it was submitted', async () => {
    await inWorld(async (machine) => {
      const { manager } = await openQueue(machine, claims);
      manager.register('email', handler);
      const task = await manager.submit(
        'email',
        { to: 'ä' },
        { priority: 2, queueTimeoutMs: 10, processTimeoutMs: 20 },
      );
      expect(await manager.get(task.id)).toEqual(task);
      expect(task).toMatchObject({ payload: '{"to":"ä"}', status: 'pending', priority: 2 });
      expect(await manager.get('nobody')).toBeUndefined();
    });
  });

  it('counts tasks by status from submission to their end', async () => {
    await inWorld(async (machine) => {
      const { manager, strategy } = await openQueue(machine, claims, claims === 'stream-group' ? { blockMs: 10 } : {});
      const worker = workerOf(machine, 'worker-1', { number: SHARD_OF_EMAIL });
      manager.register('email', handler);
      expect(await manager.stats()).toEqual(NONE);
      for (const id of ['t1', 't2', 't3']) await manager.submit('email', null, { id });
      expect(await manager.stats()).toEqual({ ...NONE, pending: 3 });
      const claim = await strategy.claim(worker);
      expect(await manager.stats()).toEqual({ ...NONE, pending: 2, processing: 1 });
      await claim?.complete();
      expect(await manager.stats()).toEqual({ ...NONE, pending: 2, success: 1 });
      await (await strategy.claim(worker))?.fail(new Error('broken'));
      expect(await manager.stats()).toEqual({ ...NONE, pending: 1, success: 1, failed: 1 });
      worker.done();
    });
  });

  it('a task that nobody has claimed can be canceled, once, and never runs', async () => {
    const world = await inWorld(async (machine) => {
      const { manager, strategy } = await openQueue(machine, claims, claims === 'stream-group' ? { blockMs: 10 } : {});
      const worker = workerOf(machine, 'worker-1', { number: SHARD_OF_EMAIL });
      manager.register('email', handler);
      const { id } = await manager.submit('email', null);
      expect(await manager.cancel(id)).toBe(true);
      expect(await manager.cancel(id)).toBe(false);
      expect((await manager.get(id))?.status).toBe('canceled');
      expect(await strategy.claim(worker)).toBeUndefined();
      expect(await strategy.claim(worker)).toBeUndefined();
      expect(await manager.stats()).toEqual({ ...NONE, canceled: 1 });
      worker.done();
    });
    expect(world.eventsOf('claimed')).toEqual([]);
    expect(world.violations('no-task-lost')).toEqual([]);
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });

  it('a task that a worker has cannot be canceled any more, and ends as it would have', async () => {
    const world = await inWorld(async (machine) => {
      const { manager, strategy } = await openQueue(machine, claims);
      const worker = workerOf(machine, 'worker-1', { number: SHARD_OF_EMAIL });
      manager.register('email', handler);
      const { id } = await manager.submit('email', null);
      const claim = await strategy.claim(worker);
      expect(await manager.cancel(id)).toBe(false);
      await claim?.complete();
      expect(await manager.cancel(id)).toBe(false);
      expect((await manager.get(id))?.status).toBe('success');
      worker.done();
    });
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });
});

describe('TaskManager over single-queue-lock, whose head stays until its task has ended', () => {
  it('counts a running task as pending, as it still stands in the queue, but does not cancel it', async () => {
    await inWorld(async (machine) => {
      const { manager, strategy } = await openQueue(machine, 'single-queue-lock', { headLeaves: 'on-completion' });
      manager.register('email', handler);
      const { id } = await manager.submit('email', null);
      const claim = await strategy.claim(workerOf(machine, 'worker-1', { number: SHARD_OF_EMAIL }));
      expect(await manager.stats()).toEqual({ ...NONE, pending: 1 });
      expect(await manager.cancel(id)).toBe(false);
      await claim?.complete();
      expect(await manager.stats()).toEqual({ ...NONE, success: 1 });
    });
  });
});
