import { describe, expect, it } from 'vitest';
import type { Claim, Parameters } from '../../../src/engine/claim.ts';
import { partitionedLog } from '../../../src/engine/claims/partitioned-log.ts';
import { altered, inWorld, type Machine, openQueue, type Process, poolOf, World, workerOf } from '../world.ts';

const open = (machine: Machine, changes: Parameters = {}) => openQueue(machine, 'partitioned-log', changes);

async function submit({ manager }: Process, count: number, type = 'email'): Promise<void> {
  manager.register(type, async () => {});
  for (let index = 1; index <= count; index++) await manager.submit(type, null, { id: `t${index}` });
}

const ranBy = (world: World) => world.eventsOf('claimed').map(({ task, worker }) => `${worker} ${task}`);

/** Runs a pool of three workers on 30 emails of one second each, to the end. */
function emails(claimParameters: Parameters): Promise<World> {
  return inWorld(async (machine, world) => {
    const queue = await open(machine, claimParameters);
    queue.manager.register('email', () => machine.clock.sleep(1000));
    const pool = poolOf(queue, 'blocking', ['worker-1', 'worker-2', 'worker-3']);
    pool.start();
    await machine.clock.sleep(100);
    for (let index = 1; index <= 30; index++) await queue.manager.submit('email', null, { id: `t${index}` });
    while (world.eventsOf('finished').length < 30) await machine.clock.sleep(100);
    await pool.stop();
    expect(await queue.manager.stats()).toMatchObject({ pending: 0, success: 30 });
  });
}

describe('partitioned-log', () => {
  it('runs every task once, the workers side by side, each partition in the order of submission', async () => {
    const world = await emails({});
    for (const id of ['no-task-lost', 'no-duplicate-execution', 'legal-lifecycle'])
      expect(world.violations(id)).toEqual([]);
    expect(new Set(world.eventsOf('started').map(({ worker }) => worker)).size).toBe(3);
    expect(world.timesOf('finished').at(-1)).toBeLessThan(20_000);
    for (const worker of ['worker-1', 'worker-2', 'worker-3']) {
      const own = world
        .eventsOf('claimed')
        .flatMap((event) => (event.worker === worker ? Number(event.task.slice(1)) : []));
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });

  it('keyed by type, all tasks of a type are in one partition: one worker works, the others are idle', async () => {
    const world = await emails({ keyBy: 'type' });
    expect(new Set(world.eventsOf('started').map(({ worker }) => worker)).size).toBe(1);
    expect(world.timesOf('finished').at(-1)).toBeGreaterThan(30_000);
  });

  it('a worker beyond the number of partitions gets nothing, whatever waits', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine, { partitions: 1, blockMs: 100 });
      const [first, second] = [workerOf(machine, 'worker-1'), workerOf(machine, 'worker-2')];
      await Promise.all([queue.strategy.claim(first), queue.strategy.claim(second)]);
      await submit(queue, 5);
      expect((await queue.strategy.claim(first))?.task.id).toBe('t1');
      expect(await queue.strategy.claim(second)).toBeUndefined();
      expect(await queue.manager.stats()).toMatchObject({ pending: 4, processing: 1 });
    });
  });

  it('a dead worker’s record moves to another once its session has ended, and its token with it', async () => {
    const world = new World();
    const doomed = world.start('doomed', async (machine) => {
      const queue = await open(machine);
      await submit(queue, 2);
      await queue.strategy.claim(workerOf(machine, 'worker-1'));
    });
    world.start('survivor', async (machine) => {
      const queue = await open(machine);
      await machine.clock.sleep(100);
      world.simulation.crash(doomed);
      const worker = workerOf(machine, 'worker-2');
      for (let claims = 0; claims < 2; ) {
        const claim = await queue.strategy.claim(worker);
        if (claim === undefined) continue;
        claims++;
        await claim.complete();
      }
      expect((await queue.manager.stats()).pending).toBe(0);
    });
    await world.run();
    const [first] = world.eventsOf('claimed');
    expect(world.eventsOf('recovered')).toEqual([{ kind: 'recovered', task: first?.task, worker: 'worker-2' }]);
    expect(world.timesOf('claimed')[1]).toBeGreaterThan(45_000);
    expect(world.timesOf('claimed')[1]).toBeLessThan(45_100);
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });

  it('a handler that outlasts its session is run again by another worker, and its own commit is refused', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await open(machine, { partitions: 1, sessionMs: 1000 });
      await submit(queue, 1);
      const slow = (await queue.strategy.claim(workerOf(machine, 'worker-1'))) as Claim;
      const again = await queue.strategy.claim(workerOf(machine, 'worker-2'));
      expect(again?.task.id).toBe('t1');
      await expect(slow.complete()).rejects.toMatchObject({ code: 'STALE_GENERATION' });
      await again?.complete();
    });
    expect(ranBy(world)).toEqual(['worker-1 t1', 'worker-2 t1']);
  });

  it('committing before the handler, a crash loses the task that was under way', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine, { partitions: 1, commit: 'before', sessionMs: 1000, blockMs: 3000 });
      await submit(queue, 2);
      await queue.strategy.claim(workerOf(machine, 'worker-1'));
      const other = workerOf(machine, 'worker-2');
      await (await queue.strategy.claim(other))?.complete();
      expect(await queue.strategy.claim(other)).toBeUndefined();
      expect((await queue.manager.get('t1'))?.status).toBe('processing');
      expect((await queue.manager.get('t2'))?.status).toBe('success');
    });
  });

  it('a worker that joins while a handler runs: nobody gets a task until the handler ends', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await open(machine, { partitions: 2 });
      const [first, second] = [workerOf(machine, 'worker-1'), workerOf(machine, 'worker-2')];
      const idle = queue.strategy.claim(second);
      await machine.clock.sleep(10);
      await submit(queue, 10);
      await (await idle)?.complete();
      const waiting = queue.strategy.claim(first);
      const long = await queue.strategy.claim(second);
      await (await waiting)?.complete();
      const third = queue.strategy.claim(workerOf(machine, 'worker-3'));
      await machine.clock.sleep(1);
      const standing = queue.strategy.claim(first);
      await machine.clock.sleep(3000);
      await long?.complete();
      const rejoined = queue.strategy.claim(second);
      await Promise.all([third, standing, rejoined]);
    });
    const gaps = world.timesOf('claimed').map((atMs, index, all) => atMs - (all[index - 1] ?? 0));
    expect(Math.max(...gaps.slice(1))).toBeGreaterThan(3000);
  });

  it('a worker without a token holds up its partition, asking every tokenPollMs', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await open(machine, { partitions: 1 });
      machine.limiter.setLimit('email', 1);
      const token = await machine.limiter.acquire('email');
      queue.manager.register('report', async () => {});
      await submit(queue, 1);
      await queue.manager.submit('report', null, { id: 'r1' });
      const worker = workerOf(machine, 'worker-1');
      const waiting = queue.strategy.claim(worker);
      await machine.clock.sleep(950);
      await machine.limiter.release(token as { type: string; id: string });
      await (await waiting)?.complete();
      expect((await queue.strategy.claim(worker))?.task.id).toBe('r1');
    });
    expect(world.eventsOf('conflict')).toHaveLength(10);
    expect(world.timesOf('claimed')[1]).toBeGreaterThan(950);
  });

  it('a worker whose wait for a token outlasted its session, and one that has its record now: one of them runs it', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await open(machine, { partitions: 1, sessionMs: 1000 });
      machine.limiter.setLimit('email', 1);
      const token = await machine.limiter.acquire('email');
      await submit(queue, 1);
      const slow = queue.strategy.claim(workerOf(machine, 'worker-1'));
      await machine.clock.sleep(50);
      const other = queue.strategy.claim(workerOf(machine, 'worker-2'));
      // By now both wait for the token with the same task.
      await machine.clock.sleep(1900);
      await machine.limiter.release(token as { type: string; id: string });
      // Which of them is chance; the commit of the one that was put out is refused.
      await Promise.race([slow, other])
        .then((claim) => claim?.complete())
        .catch(() => {});
      await Promise.all([slow, other]);
      expect(await machine.limiter.inUse('email')).toBe(0);
    });
    expect(world.eventsOf('claimed')).toHaveLength(1);
    expect(world.eventsOf('conflict').at(-1)).toMatchObject({ over: 'status', task: 't1' });
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });

  it('a task that is given back goes to the end of its partition, with its token free', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await open(machine, { partitions: 1 });
      machine.limiter.setLimit('email', 1);
      await submit(queue, 2);
      const worker = workerOf(machine, 'worker-1');
      await (await queue.strategy.claim(worker))?.release();
      expect(await machine.limiter.inUse('email')).toBe(0);
      await (await queue.strategy.claim(worker))?.complete();
      await (await queue.strategy.claim(worker))?.complete();
      expect((await queue.manager.stats()).pending).toBe(0);
    });
    expect(world.eventsOf('claimed').map(({ task }) => task)).toEqual(['t1', 't2', 't1']);
    expect(world.eventsOf('released')).toHaveLength(1);
  });

  it('a task that could not be settled is dealt out again before what comes after it', async () => {
    await inWorld(async (machine) => {
      const queue = await open(machine, { partitions: 1 });
      await submit(queue, 2);
      let broken = true;
      const redis = altered(machine.redis, {
        hincrby: (...args: never[]) => {
          if (broken) throw new Error('READONLY');
          return Reflect.apply(machine.redis.hincrby, machine.redis, args) as unknown;
        },
      });
      const context = { ...machine, redis };
      const strategy = partitionedLog.create(context, { ...partitionedLog.defaults, partitions: 1 });
      const worker = workerOf(machine, 'worker-1');
      await expect((await strategy.claim(worker))?.complete()).rejects.toThrow('READONLY');
      broken = false;
      // The status was written all the same: it is passed over, not lost behind a later commit.
      expect(await strategy.claim(worker)).toBeUndefined();
      expect((await strategy.claim(worker))?.task.id).toBe('t2');
    });
  });

  it('a worker that is told to stop leaves the group at once where it waits, and after its task where it has one', async () => {
    await inWorld(async (machine, world) => {
      const queue = await open(machine, { partitions: 1 });
      queue.manager.register('email', () => machine.clock.sleep(700));
      const pool = poolOf(queue, 'blocking', ['worker-1', 'worker-2']);
      pool.start();
      await machine.clock.sleep(100);
      await queue.manager.submit('email', null, { id: 't1' });
      await machine.clock.sleep(10);
      await pool.stop();
      expect(world.nowMs).toBeGreaterThan(800);
      expect(world.nowMs).toBeLessThan(820);
      expect(await machine.log?.progress('tasks', 'workers')).toEqual({ appended: 1, committed: 1 });
      const other = await machine.log?.join('tasks', 'workers', 'other', { sessionMs: 1000 });
      await other?.poll(1, 0);
      expect(other?.assignment?.partitions).toEqual([0]);
    });
  });

  it('needs a log', async () => {
    await inWorld(async ({ log: _, ...machine }) => {
      expect(() => partitionedLog.create(machine, partitionedLog.defaults)).toThrow('give one');
    });
  });
});
