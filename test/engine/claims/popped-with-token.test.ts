import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/engine/claim.ts';
import { inWorld, type Machine, openQueue, type Process, World, workerOf } from '../world.ts';

const TYPES = ['email', 'example'];

/** A queue of a design whose workers take emails before examples; at most `limit` of each at once. */
async function open(machine: Machine, claims: string, limit = 1): Promise<Process> {
  const queue = await openQueue(machine, claims);
  for (const type of TYPES) queue.manager.register(type, async () => {}, { limit });
  return queue;
}

function claimWith({ machine, strategy }: Process, id: string): Promise<Claim | undefined> {
  return strategy.claim(workerOf(machine, id, { types: TYPES }));
}

async function submit({ manager }: Process, ...ids: string[]): Promise<void> {
  for (const id of ids) await manager.submit(id.split('-')[0] as string, null, { id });
}

describe.each(['token-first', 'atomic-script'])('%s', (claims) => {
  it('a task that finds no room for its type waits in its queue, and holds up no other type', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await open(machine, claims);
      await submit(queue, 'email-1', 'email-2', 'example-1');
      const first = await claimWith(queue, 'worker-1');
      expect(first?.task).toMatchObject({ id: 'email-1', status: 'processing' });
      expect((await claimWith(queue, 'worker-2'))?.task.id).toBe('example-1');
      expect(await claimWith(queue, 'worker-3')).toBeUndefined();
      expect(await queue.manager.stats()).toMatchObject({ pending: 1, processing: 2, failed: 0 });
      await first?.complete();
      expect((await claimWith(queue, 'worker-3'))?.task.id).toBe('email-2');
    });
    expect(world.eventsOf('empty-poll').map(({ worker }) => worker)).toEqual(['worker-3']);
  });

  it('gives every token back: after success, failure, release, and where nothing was to be had', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await open(machine, claims);
      await submit(queue, 'email-1', 'email-2');
      await (await claimWith(queue, 'worker-1'))?.release();
      await (await claimWith(queue, 'worker-1'))?.complete();
      await (await claimWith(queue, 'worker-1'))?.fail(new Error('broken'));
      expect(await claimWith(queue, 'worker-1')).toBeUndefined();
      expect(await queue.manager.stats()).toMatchObject({ success: 1, failed: 1, pending: 0, processing: 0 });
      for (const type of TYPES) expect(await machine.limiter.inUse(type)).toBe(0);
    });
    expect(world.violations('no-token-leak')).toEqual([]);
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });

  it('claims tasks of one type by priority, then by age; a released one has its old place', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine, claims, 9);
      for (const [id, priority] of Object.entries({ old: 0, young: 0, urgent: 7, idle: -7 })) {
        await queue.manager.submit('email', null, { id, priority });
        await machine.clock.sleep(1);
      }
      await (await claimWith(queue, 'worker-1'))?.release();
      const order: (string | undefined)[] = [];
      for (let round = 0; round < 4; round++) order.push((await claimWith(queue, 'worker-1'))?.task.id);
      expect(order).toEqual(['urgent', 'old', 'young', 'idle']);
    });
  });

  it('a type without a limit needs no token', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, claims);
      queue.manager.register('email', async () => {});
      await submit(queue, 'email-1', 'email-2');
      const got = [await claimWith(queue, 'worker-1'), await claimWith(queue, 'worker-2')];
      expect(got.map((claim) => claim?.task.id)).toEqual(['email-1', 'email-2']);
      await got[0]?.complete();
    });
    expect(world.eventsOf('token-acquired')).toEqual([]);
    expect(world.eventsOf('token-released')).toEqual([]);
  });

  it('a process that has submitted nothing counts what is pending in all queues', async () => {
    const world = new World();
    world.start('submitter', async (machine) =>
      submit(await open(machine, claims), 'email-1', 'example-1', 'example-2'),
    );
    world.start('reader', async (machine) => {
      const { manager } = await openQueue(machine, claims);
      await machine.clock.sleep(100);
      expect((await manager.stats()).pending).toBe(3);
    });
    await world.run();
  });

  it('a canceled task leaves its queue and is never claimed; one that was claimed cannot be canceled', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine, claims);
      await submit(queue, 'email-1', 'email-2');
      expect(await queue.manager.cancel('email-1')).toBe(true);
      expect((await claimWith(queue, 'worker-1'))?.task.id).toBe('email-2');
      expect(await queue.manager.cancel('email-2')).toBe(false);
      expect(await queue.manager.stats()).toMatchObject({ canceled: 1, processing: 1, pending: 0 });
    });
  });

  it('a worker that dies right after the pop loses the task', async () => {
    const world = new World();
    const host = world.start('app', async (machine) => {
      const queue = await open(machine, claims);
      await submit(queue, 'email-1');
      const claiming = claimWith(queue, 'worker-1');
      // The task is popped, its status not yet written.
      while ((await machine.redis.zcard(machine.keys.pending('email'))) > 0) await machine.clock.sleep(0.01);
      world.simulation.crash(host);
      await claiming;
      expect.unreachable('a dead host goes on');
    });
    world.start('other', async (machine) => {
      const queue = await open(machine, claims);
      await machine.clock.sleep(120_000);
      expect(await claimWith(queue, 'worker-2')).toBeUndefined();
      expect((await queue.manager.get('email-1'))?.status).toBe('pending');
      expect((await queue.manager.stats()).pending).toBe(0);
    });
    await world.run();
    expect(world.violations('no-task-lost')).toHaveLength(1);
  });
});
