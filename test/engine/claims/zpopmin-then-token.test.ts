import { describe, expect, it } from 'vitest';
import { inWorld, openQueue, type Process, World, workerOf } from '../world.ts';

async function submit({ manager }: Process, count: number): Promise<void> {
  manager.register('email', async () => {});
  for (let index = 1; index <= count; index++) await manager.submit('email', null, { id: `t${index}` });
}

describe('zpopmin-then-token', () => {
  it('gives each of ten workers a task of its own', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'zpopmin-then-token');
      await submit(queue, 10);
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, index) => queue.strategy.claim(workerOf(machine, `worker-${index + 1}`))),
      );
      expect(new Set(claims.map((claim) => claim?.task.id)).size).toBe(10);
    });
  });

  it('writes success or failure down, and gives the token back', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'zpopmin-then-token');
      machine.limiter.setLimit('email', 1);
      await submit(queue, 2);
      const worker = workerOf(machine, 'worker-1');
      await (await queue.strategy.claim(worker))?.complete();
      await (await queue.strategy.claim(worker))?.fail(new Error('broken'));
      expect(await queue.manager.stats()).toMatchObject({ success: 1, failed: 1, pending: 0, processing: 0 });
      expect(await machine.limiter.inUse('email')).toBe(0);
    });
  });

  it('a task popped without a token is marked failed and never runs', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'zpopmin-then-token');
      machine.limiter.setLimit('email', 1);
      await submit(queue, 2);
      const first = await queue.strategy.claim(workerOf(machine, 'worker-1'));
      expect(await queue.strategy.claim(workerOf(machine, 'worker-2'))).toBeUndefined();
      await first?.complete();
      expect(await queue.strategy.claim(workerOf(machine, 'worker-2'))).toBeUndefined();
      expect((await queue.manager.get('t2'))?.status).toBe('failed');
    });
    expect(world.violations('no-task-lost')).toContainEqual(expect.stringMatching(/^t2 .* and never ran$/));
  });

  it('puts a popped task back in its place where its status cannot be written', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'zpopmin-then-token');
      await submit(queue, 2);
      const worker = workerOf(machine, 'worker-1');
      await machine.redis.set(machine.keys.status('processing'), 'no sorted set');
      await expect(queue.strategy.claim(worker)).rejects.toThrow(/^WRONGTYPE/);
      await machine.redis.del(machine.keys.status('processing'));
      expect((await queue.strategy.claim(worker))?.task.id).toBe('t1');
    });
  });

  it('a released claim goes back to the queue, and another worker gets it', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'zpopmin-then-token');
      machine.limiter.setLimit('email', 1);
      await submit(queue, 1);
      await (await queue.strategy.claim(workerOf(machine, 'worker-1')))?.release();
      expect((await queue.strategy.claim(workerOf(machine, 'worker-2')))?.task.id).toBe('t1');
    });
    expect(world.eventsOf('released')).toHaveLength(1);
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });

  it('a worker that dies after ZPOPMIN loses the task', async () => {
    const world = new World();
    const host = world.start('app', async (machine) => {
      const queue = await openQueue(machine, 'zpopmin-then-token');
      await submit(queue, 1);
      const claiming = queue.strategy.claim(workerOf(machine, 'worker-1'));
      // The command is on its way to Redis, its answer never comes.
      await machine.clock.sleep(0.2);
      world.simulation.crash(host);
      await claiming;
      expect.unreachable('a dead host goes on');
    });
    world.start('other', async (machine) => {
      const queue = await openQueue(machine, 'zpopmin-then-token');
      await machine.clock.sleep(1000);
      expect(await queue.strategy.claim(workerOf(machine, 'worker-2'))).toBeUndefined();
      expect((await queue.manager.get('t1'))?.status).toBe('pending');
      expect((await queue.manager.stats()).pending).toBe(0);
    });
    await world.run();
    expect(world.violations('no-task-lost')).toHaveLength(1);
  });
});
