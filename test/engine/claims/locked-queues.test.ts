import { describe, expect, it } from 'vitest';
import type { Claim, Parameters } from '../../../src/engine/claim.ts';
import { altered, inWorld, openQueue, type Process, World, workerOf } from '../world.ts';

const LOCKED = ['single-queue-lock', 'random-offset-lock', 'batch-random-lock'];

function claimWith({ machine, strategy }: Process, id: string): Promise<Claim | undefined> {
  return strategy.claim(workerOf(machine, id));
}

async function submit({ manager }: Process, count: number, type = 'email'): Promise<void> {
  manager.register(type, async () => {});
  for (let index = 1; index <= count; index++) await manager.submit(type, null, { id: `${type}-${index}` });
}

/** Claims once for each of ten workers, all at the same moment. */
async function tenClaims(queue: Process): Promise<Claim[]> {
  const claims = await Promise.all(Array.from({ length: 10 }, (_, index) => claimWith(queue, `worker-${index + 1}`)));
  return claims.filter((claim) => claim !== undefined);
}

/** One process reads the head and is slow to ask for its lock; another claims and ends that task meanwhile. What the first makes of it. */
async function staleReader(
  claims: string,
  changes: Parameters = {},
): Promise<{ world: World; late: Claim | undefined }> {
  const world = new World();
  let late: Claim | undefined;
  world.start('late', async (machine) => {
    const set = async (...args: [string, string]) => {
      await machine.clock.sleep(500);
      return machine.redis.set(...args);
    };
    const queue = await openQueue({ ...machine, redis: altered(machine.redis, { set }) }, claims, changes);
    await machine.clock.sleep(100);
    late = await claimWith(queue, 'late');
  });
  world.start('quick', async (machine) => {
    const queue = await openQueue(machine, claims);
    await submit(queue, 1);
    await machine.clock.sleep(200);
    await (await claimWith(queue, 'quick'))?.complete();
  });
  await world.run();
  return { world, late };
}

describe.each(LOCKED)('%s', (claims) => {
  it('claims a task under its lock and a token, and gives both back with the end of the task', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, claims);
      machine.limiter.setLimit('email', 1);
      await submit(queue, 1);
      const claim = await claimWith(queue, 'worker-1');
      expect(claim?.task).toMatchObject({ id: 'email-1', status: 'processing' });
      await claim?.complete();
      expect((await queue.manager.get('email-1'))?.status).toBe('success');
      expect(await machine.limiter.inUse('email')).toBe(0);
    });
    expect(world.history.events.map(({ kind }) => kind).slice(3)).toEqual([
      'lock-acquired',
      'token-acquired',
      'status',
      'claimed',
      'status',
      'token-released',
      'lock-released',
    ]);
  });

  it('finds nothing in an empty queue, and says so', async () => {
    const world = await inWorld(async (machine) => {
      expect(await claimWith(await openQueue(machine, claims), 'worker-1')).toBeUndefined();
    });
    expect(world.history.events).toEqual([{ kind: 'empty-poll', worker: 'worker-1' }]);
  });

  it('gives the lock back where the type has no token left, and leaves the task in the queue', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, claims);
      machine.limiter.setLimit('email', 1);
      await submit(queue, 2);
      const first = await claimWith(queue, 'worker-1');
      expect(await claimWith(queue, 'worker-2')).toBeUndefined();
      expect((await queue.manager.stats()).pending).toBe(1);
      await first?.complete();
      expect(await claimWith(queue, 'worker-2')).toBeDefined();
    });
    expect(world.eventsOf('conflict').map(({ over, worker }) => [over, worker])).toEqual([['token', 'worker-2']]);
  });

  it('a released claim goes back to the queue with its place, and another worker gets it', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, claims);
      machine.limiter.setLimit('email', 1);
      await submit(queue, 1);
      await (await claimWith(queue, 'worker-1'))?.release();
      expect(await queue.manager.stats()).toMatchObject({ pending: 1, processing: 0 });
      expect((await claimWith(queue, 'worker-2'))?.task.id).toBe('email-1');
    });
    expect(world.eventsOf('released')).toEqual([{ kind: 'released', task: 'email-1', worker: 'worker-1' }]);
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });

  it('gives lock and token back even where the outcome cannot be written', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, claims);
      machine.limiter.setLimit('email', 1);
      await submit(queue, 1);
      const claim = await claimWith(queue, 'worker-1');
      await machine.redis.set(machine.keys.status('success'), 'no sorted set');
      await expect(claim?.complete()).rejects.toThrow(/^WRONGTYPE/);
      expect(await machine.limiter.inUse('email')).toBe(0);
      expect(await machine.redis.del(machine.keys.lock('task:email-1'))).toBe(0);
    });
  });
});

describe('single-queue-lock', () => {
  it('ten workers that read the one head start one task; nine lose the race for its lock', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'single-queue-lock');
      await submit(queue, 10);
      expect(await tenClaims(queue)).toHaveLength(1);
    });
    expect(world.eventsOf('conflict').map(({ over, task }) => `${over} of ${task}`)).toEqual(
      Array.from({ length: 9 }, () => 'lock of email-1'),
    );
  });

  it('hands out tasks by priority, then by age', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'single-queue-lock');
      queue.manager.register('email', async () => {});
      for (const [id, priority] of Object.entries({ old: 0, young: 0, urgent: 7, idle: -7 })) {
        await queue.manager.submit('email', null, { id, priority });
        await machine.clock.sleep(1);
      }
      const order: (string | undefined)[] = [];
      for (let round = 0; round < 4; round++) order.push((await claimWith(queue, 'worker-1'))?.task.id);
      expect(order).toEqual(['urgent', 'old', 'young', 'idle']);
    });
  });

  it('a head whose type has no token left blocks the tasks of other types behind it', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'single-queue-lock');
      machine.limiter.setLimit('example', 1);
      await submit(queue, 2, 'example');
      await machine.clock.sleep(1);
      await submit(queue, 5, 'email');
      expect((await claimWith(queue, 'worker-1'))?.task.id).toBe('example-1');
      expect(await tenClaims(queue)).toEqual([]);
    });
  });

  it('a head that stays until its task has ended keeps every other worker away until then', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'single-queue-lock', { headLeaves: 'on-completion' });
      await submit(queue, 2);
      const first = await claimWith(queue, 'worker-1');
      expect(await tenClaims(queue)).toEqual([]);
      await first?.complete();
      expect((await claimWith(queue, 'worker-2'))?.task.id).toBe('email-2');
    });
  });

  it('a lock that ends before its handler lets another worker run a head that stays', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'single-queue-lock', { headLeaves: 'on-completion', lockTtlMs: 1000 });
      await submit(queue, 1);
      await claimWith(queue, 'worker-1');
      await machine.clock.sleep(1100);
      expect((await claimWith(queue, 'worker-2'))?.task.id).toBe('email-1');
    });
    expect(world.eventsOf('claimed').map(({ worker }) => worker)).toEqual(['worker-1', 'worker-2']);
  });

  it('a worker that read the head just before its task ended claims it once more', async () => {
    const { world, late } = await staleReader('single-queue-lock');
    expect(late?.task.id).toBe('email-1');
    expect(world.eventsOf('claimed').map(({ worker }) => worker)).toEqual(['quick', 'late']);
    expect(world.violations('legal-lifecycle')).toHaveLength(1);
  });
});

describe('random-offset-lock', () => {
  it('a worker that read a task just before it ended looks again under the lock, and leaves it', async () => {
    const { world, late } = await staleReader('random-offset-lock');
    expect(late).toBeUndefined();
    expect(world.eventsOf('conflict')).toEqual([{ kind: 'conflict', over: 'status', task: 'email-1', worker: 'late' }]);
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });

  it('ten workers that read at the same moment start several tasks', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'random-offset-lock');
      await submit(queue, 20);
      const claims = await tenClaims(queue);
      expect(claims.length).toBeGreaterThan(1);
      expect(new Set(claims.map(({ task }) => task.id)).size).toBe(claims.length);
    });
  });

  it('reads among the first ten, wherever the dice fall, and all ten places come up', async () => {
    const places = new Set<string>();
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'random-offset-lock');
      await submit(queue, 25);
      for (let round = 0; round < 200; round++) {
        const claim = await claimWith(queue, 'worker-1');
        places.add(claim?.task.id ?? 'none');
        await claim?.release();
      }
    });
    // All were submitted in the order of their numbers, each after the one before had been accepted.
    expect([...places].sort()).toEqual([...Array.from({ length: 10 }, (_, index) => `email-${index + 1}`)].sort());
  });

  it('takes the head where the place it drew has become empty', async () => {
    await inWorld(async (machine) => {
      // Redis says 10 at first; by the time of the read only one is left.
      const redis = altered(machine.redis, { zcard: async () => 10 });
      const random = { ...machine.random, next: () => 0.9, integer: () => 9, id: () => machine.random.id() };
      const queue = await openQueue({ ...machine, redis, random }, 'random-offset-lock');
      await submit(queue, 1);
      expect((await claimWith(queue, 'worker-1'))?.task.id).toBe('email-1');
    });
  });
});

describe('batch-random-lock', () => {
  it('a worker that read a task just before it ended claims it once more, unless it looks again', async () => {
    const asDocumented = await staleReader('batch-random-lock');
    expect(asDocumented.world.eventsOf('claimed').map(({ worker }) => worker)).toEqual(['quick', 'late']);
    expect(asDocumented.world.violations('legal-lifecycle')).toHaveLength(1);

    const { world, late } = await staleReader('batch-random-lock', { lookAgain: 'yes' });
    expect(late).toBeUndefined();
    expect(world.eventsOf('conflict')).toEqual([{ kind: 'conflict', over: 'status', task: 'email-1', worker: 'late' }]);
  });

  it('ten workers that read at the same moment start several tasks, all of the first ten', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'batch-random-lock');
      await submit(queue, 20);
      const ids = (await tenClaims(queue)).map(({ task }) => task.id);
      expect(ids.length).toBeGreaterThan(1);
      expect(new Set(ids).size).toBe(ids.length);
      const firstTen = Array.from({ length: 10 }, (_, index) => `email-${index + 1}`);
      expect(firstTen).toEqual(expect.arrayContaining(ids));
    });
  });

  it.each([
    ['records', 10],
    ['ids', 1],
  ] as const)('reading %s costs %i task records a poll', async (reads, records) => {
    await inWorld(async (machine) => {
      let read = 0;
      const hgetall = (key: string) => {
        read++;
        return machine.redis.hgetall(key);
      };
      const redis = altered(machine.redis, { hgetall });
      const queue = await openQueue({ ...machine, redis }, 'batch-random-lock', { reads });
      await submit(queue, 20);
      expect(await claimWith(queue, 'worker-1')).toBeDefined();
      expect(read).toBe(records);
    });
  });
});
