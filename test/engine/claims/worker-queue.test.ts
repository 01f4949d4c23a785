import { describe, expect, it } from 'vitest';
import type { Claim, Parameters } from '../../../src/engine/claim.ts';
import type { RedisClient } from '../../../src/engine/ports.ts';
import type { Host } from '../../../src/simulation/host.ts';
import { altered, inWorld, type Machine, openQueue, type Process, World, workerOf } from '../world.ts';

const WORKERS = 3;

/** A process of three workers' queue; blocking calls wait a second at most. */
async function open(machine: Machine, changes: Parameters = {}): Promise<Process> {
  const queue = await openQueue({ ...machine, workerCount: WORKERS }, 'worker-queue', { blockMs: 1000, ...changes });
  for (const type of ['email', 'example']) queue.manager.register(type, async () => {});
  return queue;
}

async function submit({ manager }: Process, count: number, type = 'email'): Promise<void> {
  for (let index = 1; index <= count; index++) await manager.submit(type, null, { id: `${type}-${index}` });
}

function worker({ machine }: Process, number: number, stopping = new AbortController().signal) {
  return { ...workerOf(machine, `worker-${number + 1}`, { number }), stopping };
}

function claimWith(queue: Process, number: number): Promise<Claim | undefined> {
  return queue.strategy.claim(worker(queue, number));
}

/** Lets the dispatcher run for so long, through the given client for its commands and its blocking ones. */
async function dispatch(
  queue: Process,
  forMs: number,
  redis: (client: RedisClient) => RedisClient = (client) => client,
): Promise<void> {
  const { machine, strategy } = queue;
  const stopping = new AbortController();
  const { done, ...dispatcher } = workerOf(machine, 'dispatcher');
  const blockingRedis = redis(dispatcher.blockingRedis);
  const dispatching = strategy.dispatch?.({ ...dispatcher, blockingRedis, stopping: stopping.signal });
  await machine.clock.sleep(forMs);
  stopping.abort();
  await dispatching;
  done();
}

function lists({ redis, keys }: Machine): Promise<string[][]> {
  return Promise.all([0, 1, 2].map((number) => redis.lrange(keys.workerQueue(number), 0, -1)));
}

describe.each(['pop-push', 'move'])('worker-queue, transfer: %s', (transfer) => {
  it('round-robin: tasks are dealt out in turn, and each worker takes only what it was dealt', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine, { transfer });
      await submit(queue, 7);
      await dispatch(queue, 100);
      expect(await lists(machine)).toEqual([
        ['email-1', 'email-4', 'email-7'],
        ['email-2', 'email-5'],
        ['email-3', 'email-6'],
      ]);
      expect((await queue.manager.stats()).pending).toBe(7);
      for (const id of ['email-2', 'email-5', undefined]) expect((await claimWith(queue, 1))?.task.id).toBe(id);
    });
  });

  it('least-loaded: the shortest list, those of equal length in turn', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine, { transfer, assign: 'least-loaded' });
      await machine.redis.rpush(machine.keys.workerQueue(0), 'a', 'b');
      await machine.redis.rpush(machine.keys.workerQueue(2), 'c');
      await submit(queue, 4);
      await dispatch(queue, 100);
      expect((await lists(machine)).map((list) => list.length)).toEqual([3, 2, 2]);
    });
  });

  it('least-loaded: the list of a worker that is busy is as short as that of an idle one', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine, { transfer, assign: 'least-loaded' });
      await submit(queue, 1);
      await dispatch(queue, 100);
      // Worker 1 runs it from here on; the dispatcher starts anew.
      await claimWith(queue, 0);
      await queue.manager.submit('email', null, { id: 'next' });
      await dispatch(queue, 100);
      expect(await lists(machine)).toEqual([['next'], [], []]);
    });
  });

  it(`a dispatcher that dies with a task taken ${transfer === 'move' ? 'has dealt it' : 'loses it'}`, async () => {
    const world = new World();
    const doomed: Host = world.start('dispatcher', async (machine) => {
      const rpush = async (...args: [string, string]) => {
        await machine.clock.sleep(500);
        return machine.redis.rpush(...args);
      };
      const queue = await open({ ...machine, redis: altered(machine.redis, { rpush }) }, { transfer });
      await dispatch(queue, 60_000);
    });
    world.start('client', async (machine) => {
      const queue = await open(machine);
      await machine.clock.sleep(50);
      await submit(queue, 1);
      await machine.clock.sleep(200);
      world.simulation.crash(doomed);
      await machine.clock.sleep(10_000);
      expect(await machine.redis.llen(machine.keys.inbox)).toBe(0);
      expect((await claimWith(queue, 0))?.task.id).toBe(transfer === 'move' ? 'email-1' : undefined);
    });
    await world.run();
  });

  it('the dispatcher survives error replies, backs off, and goes on where it stood', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await open(machine, { transfer });
      await machine.redis.set(machine.keys.inbox, 'no list');
      const dispatching = dispatch(queue, 5000);
      await machine.clock.sleep(2500);
      await machine.redis.del(machine.keys.inbox);
      await submit(queue, 2);
      await dispatching;
      expect(await lists(machine)).toEqual([['email-1'], ['email-2'], []]);
    });
    expect(world.eventsOf('poll-failed').map(({ worker }) => worker)).toEqual(Array(3).fill('dispatcher'));
  });

  it('the dispatcher stops within the time that it blocks', async () => {
    await inWorld(async (machine, world) => {
      const queue = await open(machine, { transfer, blockMs: 2000 });
      await dispatch(queue, 1500);
      expect(world.nowMs).toBeLessThan(2010);
    });
  });
});

describe('worker-queue', () => {
  it('without its dispatcher nothing reaches a worker; one that comes back deals out all that waited', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine);
      await submit(queue, 3);
      for (const number of [0, 1, 2]) expect(await claimWith(queue, number)).toBeUndefined();
      await dispatch(queue, 100);
      for (const number of [0, 1, 2]) expect((await claimWith(queue, number))?.task.id).toBe(`email-${number + 1}`);
    });
  });

  it('a worker whose host dies after its pop loses that task, and its list waits, while the others are idle', async () => {
    const world = new World();
    const doomed = world.start('app-1', async (machine) => {
      const queue = await open(machine);
      await claimWith(queue, 0);
      await machine.clock.sleep(60_000);
    });
    world.start('app-2', async (machine) => {
      const queue = await open(machine);
      await submit(queue, 4);
      await dispatch(queue, 100);
      world.simulation.crash(doomed);
      expect((await claimWith(queue, 1))?.task.id).toBe('email-2');
      expect((await claimWith(queue, 2))?.task.id).toBe('email-3');
      await machine.clock.sleep(300_000);
      for (const number of [1, 2]) expect(await claimWith(queue, number)).toBeUndefined();
      expect(await lists(machine)).toEqual([['email-4'], [], []]);
      // Even the worker's next life finds only what it had not popped.
      expect((await claimWith(queue, 0))?.task.id).toBe('email-4');
      expect((await queue.manager.get('email-1'))?.status).toBe('processing');
    });
    await world.run();
  });

  it('a worker waits for a token with its task in hand, and what is behind it waits too', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await open(machine);
      machine.limiter.setLimit('email', 1);
      const { keys, redis } = machine;
      const held = await machine.limiter.acquire('email');
      await submit(queue, 1, 'email');
      await submit(queue, 1, 'example');
      await redis.del(keys.inbox);
      await redis.rpush(keys.workerQueue(0), 'email-1', 'example-1');
      const waiting = claimWith(queue, 0);
      await machine.clock.sleep(950);
      expect(await lists(machine)).toEqual([['example-1'], [], []]);
      if (held) await machine.limiter.release(held);
      expect((await waiting)?.task.id).toBe('email-1');
    });
    expect(world.eventsOf('conflict').length).toBeGreaterThanOrEqual(9);
    expect(world.timesOf('claimed')[0]).toBeLessThan(1010);
  });

  it('a worker that is told to stop while it waits for a token puts its task back to the head of its list', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine);
      machine.limiter.setLimit('email', 1);
      await machine.limiter.acquire('email');
      await submit(queue, 4);
      await dispatch(queue, 100);
      const stopping = new AbortController();
      const waiting = queue.strategy.claim(worker(queue, 0, stopping.signal));
      await machine.clock.sleep(250);
      stopping.abort();
      expect(await waiting).toBeUndefined();
      expect((await lists(machine))[0]).toEqual(['email-1', 'email-4']);
    });
  });

  it('an error reply after the pop puts the task back, and gives the token back', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine);
      machine.limiter.setLimit('email', 1);
      await submit(queue, 4);
      await dispatch(queue, 100);
      const refuse = () => {
        throw new Error('OOM');
      };
      const refused = await open({ ...machine, redis: altered(machine.redis, { multi: refuse }) });
      await expect(claimWith(refused, 0)).rejects.toThrow('OOM');
      expect((await lists(machine))[0]).toEqual(['email-1', 'email-4']);
      expect(await machine.limiter.inUse('email')).toBe(0);
    });
  });

  it('a task is canceled in the inbox and in any list, but not once a worker has popped it', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine);
      await submit(queue, 3);
      expect(await queue.manager.cancel('email-1')).toBe(true);
      await dispatch(queue, 100);
      expect(await queue.manager.cancel('email-3')).toBe(true);
      await machine.redis.lpop(machine.keys.workerQueue(0));
      expect(await queue.manager.cancel('email-2')).toBe(false);
      expect(await lists(machine)).toEqual([[], [], []]);
      expect(await queue.manager.stats()).toMatchObject({ pending: 1, canceled: 2 });
    });
  });

  it('a released task goes back to the inbox, and on to the next worker', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await open(machine);
      await submit(queue, 1);
      const dispatching = dispatch(queue, 3000);
      await (await claimWith(queue, 0))?.release();
      expect((await claimWith(queue, 1))?.task.id).toBe('email-1');
      await dispatching;
    });
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });

  it('knows no priority', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine);
      await queue.manager.submit('email', null, { id: 'idle', priority: -9 });
      await submit(queue, 2);
      await queue.manager.submit('email', null, { id: 'urgent', priority: 9 });
      await dispatch(queue, 100);
      expect((await claimWith(queue, 0))?.task.id).toBe('idle');
    });
  });

  it('refuses a worker without a number, and a dispatcher that does not know how many workers there are', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'worker-queue');
      await expect(queue.strategy.claim(workerOf(machine, 'adaptive-7'))).rejects.toThrow(/adaptive-7 has none/);
      await expect(queue.strategy.dispatch?.(workerOf(machine, 'dispatcher'))).rejects.toThrow(/how many workers/);
    });
  });
});
