import { describe, expect, test } from 'vitest';
import { Keys } from '../../../src/engine/keys.ts';
import { type JobStore, MemoryJobStore } from '../../../src/engine/runners/job-store.ts';
import { RedisJobStore } from '../../../src/engine/runners/redis-job-store.ts';
import { World } from '../world.ts';

/** Runs code with both stores: the one in memory, and the one in a simulated Redis. */
async function withBoth(check: (store: JobStore) => Promise<void>): Promise<void> {
  await check(new MemoryJobStore());
  const world = new World();
  world.start('app-1', ({ redis }) => check(new RedisJobStore(redis, new Keys('test:'))));
  await world.run();
}

const job = (id: string, owner = 'first') => ({ id, type: 'email', status: 'pending', owner }) as const;

describe('job stores', () => {
  test('of two inserts of one id take the first; a save writes over it', async () => {
    await withBoth(async (store) => {
      expect([await store.insert(job('a')), await store.insert(job('a', 'second'))]).toEqual([true, false]);
      expect(await store.get('a')).toEqual(job('a'));
      await store.save(job('a', 'third'));
      expect(await store.get('a')).toEqual(job('a', 'third'));
    });
  });

  test('let one of two take a job over', async () => {
    await withBoth(async (store) => {
      await store.insert(job('a'));
      const won = await Promise.all(['second', 'third'].map((owner) => store.takeOver('a', 'first', owner)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.takeOver('b', 'first', 'second')).toBe(false);
    });
  });

  test('list by status, in the order in which jobs were first written', async () => {
    await withBoth(async (store) => {
      for (const id of ['c', 'a', 'b']) await store.insert(job(id));
      await store.updateStatus('a', 'success');
      await store.updateStatus('b', 'processing');
      await store.updateStatus('nobody', 'success');
      expect((await store.list(['pending', 'processing'])).map(({ id }) => id)).toEqual(['c', 'b']);
      expect(await store.get('nobody')).toBeUndefined();
    });
  });
});
