import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/engine/claim.ts';
import { crc32 } from '../../../src/engine/crc32.ts';
import { inWorld, type Machine, openQueue, type Process, workerOf } from '../world.ts';

const SHARDS = 3;

/** Ids that fall into a shard, the first so many. */
function idsIn(shard: number, count: number): string[] {
  const ids: string[] = [];
  for (let index = 1; ids.length < count; index++) if (crc32(`t${index}`) % SHARDS === shard) ids.push(`t${index}`);
  return ids;
}

async function submit({ manager }: Process, ids: readonly string[], type = 'email'): Promise<void> {
  manager.register(type, async () => {});
  for (const id of ids) await manager.submit(type, null, { id });
}

function claimWith({ machine, strategy }: Process, number: number, types = ['email']): Promise<Claim | undefined> {
  return strategy.claim(workerOf(machine, `worker-${number + 1}`, { number, types }));
}

function lengths({ redis, keys }: Machine, type: string): Promise<number[]> {
  return Promise.all([0, 1, 2].map((shard) => redis.zcard(keys.pending(`${type}_shard_${shard}`))));
}

describe('sharded-type-queue', () => {
  it('divides each type by the crc32 of the id, and counts the pending of all', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'sharded-type-queue');
      await submit(queue, [...idsIn(0, 2), ...idsIn(2, 1)], 'email');
      await submit(queue, idsIn(1, 3), 'example');
      expect(await lengths(machine, 'email')).toEqual([2, 0, 1]);
      expect(await lengths(machine, 'example')).toEqual([0, 3, 0]);
      expect((await queue.manager.stats()).pending).toBe(6);
    });
  });

  it('three workers start one task each at the same moment, each from its own shard', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'sharded-type-queue');
      for (const shard of [0, 1, 2]) await submit(queue, idsIn(shard, 2));
      const claims = await Promise.all([0, 1, 2].map((number) => claimWith(queue, number)));
      expect(claims.map((claim) => claim?.task.id)).toEqual([0, 1, 2].map((shard) => idsIn(shard, 1)[0]));
    });
    expect(world.eventsOf('conflict')).toEqual([]);
  });

  it('a worker whose own shard is empty takes from the others, unless it serves its own only', async () => {
    for (const serves of ['own-first', 'own']) {
      await inWorld(async (machine) => {
        const queue = await openQueue(machine, 'sharded-type-queue', { serves });
        await submit(queue, idsIn(2, 1));
        expect((await claimWith(queue, 0))?.task.id).toBe(serves === 'own' ? undefined : idsIn(2, 1)[0]);
      });
    }
  });

  it('a worker takes a task of low priority from its own shard before an urgent one of another shard', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'sharded-type-queue');
      queue.manager.register('email', async () => {});
      await queue.manager.submit('email', null, { id: idsIn(1, 1)[0] as string, priority: 9 });
      await queue.manager.submit('email', null, { id: idsIn(0, 1)[0] as string, priority: -9 });
      expect((await claimWith(queue, 0))?.task.priority).toBe(-9);
    });
  });

  it('a type whose limit is reached costs a lost token per shard, and does not hold up the next type', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'sharded-type-queue');
      machine.limiter.setLimit('email', 1);
      for (const shard of [0, 1, 2]) await submit(queue, idsIn(shard, 2));
      await submit(queue, ['example-1'], 'example');
      await claimWith(queue, 0, ['email', 'example']);
      expect((await claimWith(queue, 0, ['email', 'example']))?.task.id).toBe('example-1');
    });
    expect(world.eventsOf('conflict').map(({ over }) => over)).toEqual(['token', 'token', 'token']);
  });

  it('workers without a number are dealt a shard by their ids, which can leave a shard to nobody', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'sharded-type-queue', { serves: 'own' });
      for (const shard of [0, 1, 2]) await submit(queue, idsIn(shard, 1));
      // A typed pool of three: the first's shard is the last, the others' both the first.
      for (const id of ['app-2/example-1', 'app-2/example-2', 'app-2/example-3']) {
        await queue.strategy.claim(workerOf(machine, id, { types: ['email'] }));
      }
      expect(await lengths(machine, 'email')).toEqual([0, 1, 0]);
    });
  });
});
