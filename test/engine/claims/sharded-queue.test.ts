import { describe, expect, it } from 'vitest';
import type { Claim, Parameters } from '../../../src/engine/claim.ts';
import { inWorld, type Machine, openQueue, type Process, World, workerOf } from '../world.ts';

/** Where the documented hash puts them, of three shards. */
const SHARD = { example: 0, email: 2 };

function open(machine: Machine, changes: Parameters = {}, workerCount = 3): Promise<Process> {
  return openQueue({ ...machine, workerCount }, 'sharded-queue', changes);
}

async function submit({ manager }: Process, count: number, type: string): Promise<void> {
  manager.register(type, async () => {});
  for (let index = 1; index <= count; index++) await manager.submit(type, null, { id: `${type}-${index}` });
}

function claimWith({ machine, strategy }: Process, number: number): Promise<Claim | undefined> {
  return strategy.claim(workerOf(machine, `worker-${number + 1}`, { number }));
}

/** What one worker after another claims until none of them finds anything, each task ended before the next claim. */
async function drain(queue: Process, workers: number): Promise<string[][]> {
  const taken: string[][] = Array.from({ length: workers }, () => []);
  for (let found = true; found; ) {
    found = false;
    for (let number = 0; number < workers; number++) {
      const claim = await claimWith(queue, number);
      if (claim === undefined) continue;
      found = true;
      taken[number]?.push(claim.task.id);
      await claim.complete();
    }
  }
  return taken;
}

describe('sharded-queue', () => {
  it('by type, of three shards one is for email, one for example, and the worker of the third has nothing to do', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine);
      await submit(queue, 9, 'email');
      await submit(queue, 9, 'example');
      const lengths = [0, 1, 2].map((shard) => machine.redis.zcard(machine.keys.pending(`shard_${shard}`)));
      expect(await Promise.all(lengths)).toEqual([9, 0, 9]);
      expect((await queue.manager.stats()).pending).toBe(18);
      expect((await drain(queue, 3)).map((tasks) => tasks.length)).toEqual([9, 0, 9]);
    });
  });

  it('by id, tasks of one type spread over all shards', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine, { shardBy: 'id' });
      await submit(queue, 60, 'email');
      for (const tasks of await drain(queue, 3)) expect(tasks.length).toBeGreaterThan(10);
    });
  });

  it('workers of different shards both start a task at once; of two in one shard, one loses the lock', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await open(machine, {}, 4);
      await submit(queue, 9, 'email');
      await submit(queue, 9, 'example');
      const claims = await Promise.all([0, 2, 3].map((number) => claimWith(queue, number)));
      expect(claims.map((claim) => claim?.task.id)).toEqual(['example-1', 'email-1', undefined]);
    });
    expect(world.eventsOf('conflict').map(({ over, worker }) => [over, worker])).toEqual([['lock', 'worker-4']]);
  });

  it('a hot type gains nothing: ten workers start one of its tasks at a time, as on a single queue', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine, {}, 10);
      await submit(queue, 20, 'email');
      const claims = await Promise.all(Array.from({ length: 10 }, (_, number) => claimWith(queue, number)));
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    });
  });

  it('one to one, a shard beyond the last worker is served by nobody; spread, every shard has an owner', async () => {
    for (const binding of ['one', 'spread']) {
      await inWorld(async (machine) => {
        const queue = await open(machine, { binding }, 2);
        await submit(queue, 3, 'email');
        await submit(queue, 3, 'example');
        await drain(queue, 2);
        expect((await queue.manager.stats()).pending).toBe(binding === 'one' ? 3 : 0);
      });
    }
  });

  it('spread over more workers than shards, each worker serves one', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine, { binding: 'spread' }, 5);
      await submit(queue, 2, 'email');
      const claims = [];
      for (let number = 0; number < 5; number++) claims.push((await claimWith(queue, number))?.task.id);
      expect(claims).toEqual([undefined, undefined, 'email-1', undefined, undefined]);
    });
  });

  it('the shard of a worker whose host died waits until that worker is back, while the others are idle', async () => {
    const world = new World();
    const hosts = [0, 1, 2].map((number) =>
      world.start(`app-${number + 1}`, async (machine) => {
        const queue = await open(machine);
        for (; world.nowMs < 120_000; await machine.clock.sleep(1000)) {
          await (await claimWith(queue, number))?.complete();
        }
      }),
    );
    world.start('client', async (machine) => {
      const queue = await open(machine);
      const owner = hosts[SHARD.email];
      await machine.clock.sleep(500);
      if (owner !== undefined) world.simulation.crash(owner);
      await submit(queue, 3, 'email');
      await machine.clock.sleep(60_000);
      expect((await queue.manager.stats()).pending).toBe(3);
      if (owner !== undefined) world.simulation.restart(owner);
      await machine.clock.sleep(10_000);
      expect((await queue.manager.stats()).success).toBe(3);
    });
    await world.run();
    expect(world.eventsOf('claimed')).toHaveLength(3);
  });

  it('a process with another number of shards runs a task that stays in its queue, and holds up the shard for ever', async () => {
    const world = await inWorld(async (machine) => {
      // Of two shards, email falls into the first; of three, into the last.
      const before = await open(machine, { shards: 2 }, 3);
      await submit(before, 2, 'email');
      const after = await open(machine, { shards: 3 }, 3);
      await submit(after, 1, 'example');
      const claim = await claimWith(after, 0);
      expect(claim?.task.id).toBe('email-1');
      await claim?.complete();
      for (let poll = 0; poll < 5; poll++) expect(await claimWith(after, 0)).toBeUndefined();
      for (const id of ['email-2', 'example-1']) expect((await after.manager.get(id))?.status).toBe('pending');
    });
    expect(new Set(world.eventsOf('conflict').map(({ over, task }) => `${over} of ${task}`))).toEqual(
      new Set(['status of email-1']),
    );
  });

  it('a canceled task leaves its shard', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine);
      await submit(queue, 2, 'email');
      expect(await queue.manager.cancel('email-1')).toBe(true);
      expect((await claimWith(queue, SHARD.email))?.task.id).toBe('email-2');
      expect(await queue.manager.cancel('email-2')).toBe(false);
    });
  });

  it('refuses to have no shard', async () => {
    await inWorld(async (machine) => {
      await expect(open(machine, { shards: 0 })).rejects.toThrow(/at least one shard/);
    });
  });
});
