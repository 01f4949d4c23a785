import { describe, expect, it } from 'vitest';
import { altered, inWorld, openQueue, workerOf } from '../world.ts';

const TYPES = ['email', 'example'];

/** The types that one worker claims in six rounds, with plenty of both waiting. */
async function claimedTypes(typeOrder: string): Promise<string[]> {
  const types: string[] = [];
  await inWorld(async (machine) => {
    const { manager, strategy } = await openQueue(machine, 'token-first', { typeOrder });
    for (const type of TYPES) {
      manager.register(type, async () => {}, { limit: 3 });
      for (let index = 0; index < 10; index++) await manager.submit(type, null);
    }
    for (let round = 0; round < 6; round++) {
      const claim = await strategy.claim(workerOf(machine, 'worker-1', { types: TYPES }));
      types.push(claim?.task.type ?? 'none');
      await claim?.complete();
    }
  });
  return types;
}

describe('token-first', () => {
  it('the first type starves the later ones where workers are few', async () => {
    expect(await claimedTypes('fixed')).toEqual(Array.from({ length: 6 }, () => 'email'));
  });

  it('rotating, each type is first in turn', async () => {
    expect(await claimedTypes('rotating')).toEqual(['email', 'example', 'email', 'example', 'email', 'example']);
  });

  it('a worker that looks into an empty queue has the one token while a task comes that another finds no room for', async () => {
    const world = await inWorld(async (machine) => {
      const { manager, strategy } = await openQueue(machine, 'token-first');
      manager.register('email', async () => {}, { limit: 1 });
      const slow = {
        zpopmin: async (key: string) => {
          const nothing = await machine.redis.zpopmin(key);
          await manager.submit('email', null, { id: 'email-1' });
          expect(await strategy.claim(workerOf(machine, 'worker-2', { types: ['email'] }))).toBeUndefined();
          return nothing;
        },
      };
      const looking = await openQueue({ ...machine, redis: altered(machine.redis, slow) }, 'token-first');
      expect(await looking.strategy.claim(workerOf(machine, 'worker-1', { types: ['email'] }))).toBeUndefined();
      expect(await strategy.claim(workerOf(machine, 'worker-2', { types: ['email'] }))).toBeDefined();
    });
    expect(world.eventsOf('empty-poll').map(({ worker }) => worker)).toEqual(['worker-2', 'worker-1']);
  });

  it('an error reply to the pop gives the token back and leaves the task in its queue', async () => {
    await inWorld(async (machine) => {
      const refuse = async () => {
        throw new Error('READONLY');
      };
      const queue = await openQueue({ ...machine, redis: altered(machine.redis, { zpopmin: refuse }) }, 'token-first');
      queue.manager.register('email', async () => {}, { limit: 1 });
      await queue.manager.submit('email', null);
      await expect(queue.strategy.claim(workerOf(machine, 'worker-1', { types: ['email'] }))).rejects.toThrow(
        'READONLY',
      );
      expect(await machine.limiter.inUse('email')).toBe(0);
      expect((await queue.manager.stats()).pending).toBe(1);
    });
  });
});
