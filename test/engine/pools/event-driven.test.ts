import { describe, expect, it } from 'vitest';
import type { Parameters } from '../../../src/engine/claim.ts';
import { inWorld, type Machine, openAnnouncedQueue, openQueue, poolOf, World } from '../world.ts';

const workers = (count: number, prefix = 'w') => Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);

interface ProcessPlan {
  readonly workers: number;
  readonly limit?: number;
  readonly handlerMs?: number;
  readonly fromMs?: number;
  readonly forMs: number;
  readonly claims?: string;
  readonly parameters?: Parameters;
}

/** A process with an event-driven pool, from one time to another. */
async function process(machine: Machine, plan: ProcessPlan): Promise<void> {
  const queue = await openAnnouncedQueue(machine, plan.claims ?? 'single-queue-lock');
  const options = plan.limit === undefined ? {} : { limit: plan.limit };
  queue.manager.register('email', () => machine.clock.sleep(plan.handlerMs ?? 10), options);
  if (plan.fromMs !== undefined) await machine.clock.sleep(plan.fromMs);
  const pool = poolOf(queue, 'event-driven', workers(plan.workers, machine.host.name), plan.parameters);
  pool.start();
  await machine.clock.sleep(plan.forMs);
  await pool.stop();
}

/** A client that submits so many tasks at one time. */
function client(world: World, count: number, atMs: number): void {
  world.start('client', async (machine) => {
    const { manager } = await openAnnouncedQueue(machine, 'single-queue-lock');
    manager.register('email', async () => {});
    await machine.clock.sleep(atMs);
    for (let index = 1; index <= count; index++) await manager.submit('email', null, { id: `t${index}` });
  });
}

async function run(plans: readonly ProcessPlan[], tasks: number, atMs = 10): Promise<World> {
  const world = new World();
  for (const [index, plan] of plans.entries()) {
    world.start(String.fromCharCode(97 + index), (machine) => process(machine, plan));
  }
  client(world, tasks, atMs);
  await world.run();
  return world;
}

describe('the event-driven pool', () => {
  it('picks a task up within network latency, and asks nobody while there is nothing', async () => {
    const world = await run([{ workers: 3, forMs: 3_600_000 }], 1, 1_800_000);
    const [submitted, started] = [world.timesOf('submitting')[0] as number, world.timesOf('started')[0] as number];
    expect(started - submitted).toBeLessThan(10);
    expect(world.redis.server.commandsRun).toBeLessThan(30);
  });

  it('hands tasks to the worker that is idle longest', async () => {
    const world = await run([{ workers: 3, handlerMs: 1, forMs: 1000 }], 5);
    expect(world.eventsOf('started').map(({ worker }) => worker)).toEqual(['a1', 'a2', 'a3', 'a1', 'a2']);
  });

  it('events that come while all workers are busy wait for them', async () => {
    const world = await run([{ workers: 2, handlerMs: 500, forMs: 5000, parameters: { whenFull: 'drop' } }], 7);
    expect(world.eventsOf('finished')).toHaveLength(7);
    expect(Math.max(...world.timesOf('finished'))).toBeLessThan(2100);
  });

  it('wait: a task whose limit is reached is taken as soon as a task of this process ends', async () => {
    const world = await run([{ workers: 10, limit: 3, handlerMs: 500, forMs: 5000 }], 12);
    expect(world.eventsOf('finished')).toHaveLength(12);
    expect(Math.max(...world.timesOf('finished'))).toBeLessThan(2100);
    expect(world.violations('concurrency-limit')).toEqual([]);
  });

  it('drop: 12 tasks, limit 3, 10 workers: nobody wakes for the nine that found no token', async () => {
    const world = await run(
      [{ workers: 10, limit: 3, handlerMs: 500, forMs: 60_000, parameters: { whenFull: 'drop' } }],
      12,
    );
    expect(world.eventsOf('finished')).toHaveLength(3);
  });

  it('a slot that another process frees wakes nobody, unless that is announced', async () => {
    const waits = async (parameters: Parameters) => {
      const world = await run(
        [
          // Has the one token, and stops after its task: what it leaves is for the other.
          { workers: 1, limit: 1, handlerMs: 500, forMs: 100, parameters },
          { workers: 1, limit: 1, handlerMs: 500, fromMs: 20, forMs: 60_000, parameters },
        ],
        2,
      );
      return world.timesOf('started').map((ms) => Math.round(ms / 100) * 100);
    };
    expect(await waits({})).toEqual([0]);
    expect(await waits({ announceFreed: 'yes' })).toEqual([0, 500]);
  });

  it('what was submitted before a process listens has no event, unless it looks once or falls back to polls', async () => {
    const finished = async (parameters: Parameters) => {
      const world = await run([{ workers: 2, fromMs: 100, forMs: 60_000, parameters }], 3);
      return [world.eventsOf('finished').length, Math.ceil(Math.max(0, ...world.timesOf('finished')) / 1000)];
    };
    expect(await finished({})).toEqual([0, 0]);
    expect(await finished({ firstLook: 'yes' })).toEqual([3, 1]);
    expect(await finished({ fallbackMs: 5000 })).toEqual([3, 6]);
  });

  it('a process whose clock is set back falls back to polls all the same', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openAnnouncedQueue(machine, 'single-queue-lock');
      queue.manager.register('email', async () => {});
      await queue.manager.submit('email', null, { id: 't1' });
      const pool = poolOf(queue, 'event-driven', ['w1'], { fallbackMs: 5000 });
      pool.start();
      await machine.clock.sleep(100);
      machine.host.jumpClock(-3_600_000);
      await machine.clock.sleep(20_000);
      await pool.stop();
    });
    expect(world.eventsOf('finished')).toHaveLength(1);
  });

  it('a missed event leaves every later task one behind: each event takes the task before its own', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openAnnouncedQueue(machine, 'single-queue-lock');
      queue.manager.register('email', async () => {});
      const pool = poolOf(queue, 'event-driven', ['w1', 'w2']);
      await queue.manager.submit('email', null, { id: 't1' });
      pool.start();
      for (const id of ['t2', 't3', 't4']) {
        await machine.clock.sleep(1000);
        await queue.manager.submit('email', null, { id });
      }
      await machine.clock.sleep(60_000);
      await pool.stop();
    });
    expect(world.eventsOf('started').map(({ task }) => task)).toEqual(['t1', 't2', 't3']);
    const [submitted, started] = [world.timesOf('submitting'), world.timesOf('started')];
    expect((started[2] as number) - (submitted[2] as number)).toBeGreaterThan(990);
  });

  it('the token of a process that dies runs out unheard: what waits for it waits for ever, unless polls catch it', async () => {
    const survivors = async (parameters: Parameters) => {
      const world = new World();
      const plan = { workers: 1, limit: 1, handlerMs: 1000, forMs: 200_000, parameters };
      const hosts = ['a', 'b'].map((name) => world.start(name, (machine) => process(machine, plan)));
      world.start('fate', async ({ clock }) => {
        await clock.sleep(500);
        const holder = world.eventsOf('started')[0]?.worker;
        for (const host of hosts) if (holder?.startsWith(host.name)) world.simulation.crash(host);
      });
      client(world, 2, 10);
      await world.run();
      return world.timesOf('finished').map((ms) => Math.round(ms / 10_000) * 10);
    };
    expect(await survivors({})).toEqual([]);
    expect(await survivors({ announceFreed: 'yes' })).toEqual([]);
    expect(await survivors({ fallbackMs: 5000 })).toEqual([60]);
  });

  it('every process claims for each event, and all but one of them for nothing', async () => {
    const world = await run(
      Array.from({ length: 4 }, () => ({ workers: 2, forMs: 1000, parameters: { whenFull: 'drop' } })),
      1,
    );
    expect(world.eventsOf('finished')).toHaveLength(1);
    expect(world.eventsOf('conflict').length + world.eventsOf('empty-poll').length).toBe(3);
  });

  it('stopping waits for the tasks under way, claims nothing more, and may be asked for twice', async () => {
    const world = await inWorld(async (machine, world) => {
      const queue = await openAnnouncedQueue(machine, 'single-queue-lock');
      queue.manager.register('email', () => machine.clock.sleep(4000));
      const pool = poolOf(queue, 'event-driven', ['w1', 'w2']);
      pool.start();
      await machine.clock.sleep(10);
      for (let index = 0; index < 3; index++) await queue.manager.submit('email', null);
      await machine.clock.sleep(100);
      await Promise.all([pool.stop(), pool.stop()]);
      expect(world.nowMs).toBeGreaterThan(4000);
      expect(world.nowMs).toBeLessThan(4100);
      await pool.stop();
    });
    expect(world.eventsOf('finished')).toHaveLength(2);
    expect(world.eventsOf('worker-stopped')).toHaveLength(2);
  });

  it('backs off from a Redis that answers errors, and goes on with the same event when it has recovered', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openAnnouncedQueue(machine, 'zpopmin-then-token');
      queue.manager.register('email', async () => {});
      const pool = poolOf(queue, 'event-driven', ['w1', 'w2']);
      pool.start();
      await machine.clock.sleep(10);
      await machine.redis.set(machine.keys.status('pending'), 'no sorted set');
      await queue.events?.announce({ kind: 'submitted', task: 't1', type: 'email', priority: 0 });
      await machine.clock.sleep(5500);
      await machine.redis.del(machine.keys.status('pending'));
      // Silently: nothing but the event that was kept tells of it.
      await (await openQueue(machine, 'zpopmin-then-token')).strategy.submit({
        id: 't1',
        type: 'email',
        payload: 'null',
        priority: 0,
        status: 'pending',
        createdAtMs: machine.clock.now(),
        queueTimeoutMs: 0,
        processTimeoutMs: 0,
      });
      await machine.clock.sleep(2000);
      await pool.stop();
    });
    expect(world.eventsOf('poll-failed').length).toBeLessThanOrEqual(6);
    expect(world.eventsOf('poll-failed')[0]?.error).toMatch(/^WRONGTYPE/);
    expect(world.eventsOf('finished')).toHaveLength(1);
  });

  it('without events it refuses to be made', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'single-queue-lock');
      expect(() => poolOf(queue, 'event-driven', ['w1'])).toThrow(/needs `events`/);
    });
  });
});
