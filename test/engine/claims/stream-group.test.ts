import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/engine/claim.ts';
import { inWorld, openQueue, type Process, workerOf } from '../world.ts';

async function submit({ manager }: Process, count: number): Promise<void> {
  manager.register('email', async () => {});
  for (let index = 1; index <= count; index++) await manager.submit('email', null, { id: `t${index}` });
}

describe('stream-group', () => {
  it('two workers never get the same stream entry, in the order of submission', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group');
      await submit(queue, 10);
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, index) => queue.strategy.claim(workerOf(machine, `worker-${index + 1}`))),
      );
      const ids = claims.map((claim) => claim?.task.id);
      expect(ids.sort()).toEqual(Array.from({ length: 10 }, (_, index) => `t${index + 1}`).sort());
    });
  });

  it('hands a waiting worker its task as soon as it is submitted, and gives up after its BLOCK time', async () => {
    await inWorld(async (machine, world) => {
      const queue = await openQueue(machine, 'stream-group', { blockMs: 2000 });
      const worker = workerOf(machine, 'worker-1');
      const waiting = queue.strategy.claim(worker);
      await machine.clock.sleep(700);
      await submit(queue, 1);
      await (await waiting)?.complete();
      expect(world.nowMs).toBeLessThan(702);
      const startMs = world.nowMs;
      expect(await queue.strategy.claim(worker)).toBeUndefined();
      expect(world.nowMs - startMs).toBeGreaterThanOrEqual(2000);
      expect(world.nowMs - startMs).toBeLessThan(2002);
      worker.done();
    });
  });

  it('opens a queue that is open already, and loses nothing of it', async () => {
    await inWorld(async (machine) => {
      await submit(await openQueue(machine, 'stream-group'), 1);
      const again = await openQueue(machine, 'stream-group');
      expect((await again.strategy.claim(workerOf(machine, 'worker-1')))?.task.id).toBe('t1');
    });
  });

  it('an entry that its consumer left is claimed back by another once it is idle, and not before', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { blockMs: 10, claimIdleMs: 5000 });
      await submit(queue, 1);
      const [first, second] = [workerOf(machine, 'worker-1'), workerOf(machine, 'worker-2')];
      await queue.strategy.claim(first);
      await machine.clock.sleep(4990);
      expect(await queue.strategy.recover?.(second)).toBe(0);
      expect(await queue.strategy.claim(second)).toBeUndefined();
      await machine.clock.sleep(10);
      expect(await queue.strategy.recover?.(second)).toBe(1);
      const claim = await queue.strategy.claim(second);
      expect(claim?.task.id).toBe('t1');
      await claim?.complete();
      await machine.clock.sleep(10_000);
      expect(await queue.strategy.recover?.(first)).toBe(0);
    });
    expect(world.eventsOf('recovered')).toEqual([{ kind: 'recovered', task: 't1', worker: 'worker-2' }]);
  });

  it('a recovered entry whose task has ended meanwhile is acknowledged, not run again', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { claimIdleMs: 1000 });
      await submit(queue, 1);
      const [first, second] = [workerOf(machine, 'worker-1'), workerOf(machine, 'worker-2')];
      const claim = await queue.strategy.claim(first);
      await machine.clock.sleep(1001);
      await queue.strategy.recover?.(second);
      await claim?.complete();
      expect(await queue.strategy.claim(second)).toBeUndefined();
      expect((await queue.manager.stats()).processing).toBe(0);
    });
    expect(world.eventsOf('claimed').map(({ worker }) => worker)).toEqual(['worker-1']);
  });

  it('a handler longer than claimIdleMs is run again by another worker', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { claimIdleMs: 1000 });
      await submit(queue, 1);
      await queue.strategy.claim(workerOf(machine, 'worker-1'));
      await machine.clock.sleep(1001);
      const second = workerOf(machine, 'worker-2');
      await queue.strategy.recover?.(second);
      expect((await queue.strategy.claim(second))?.task.id).toBe('t1');
    });
    expect(world.eventsOf('claimed').map(({ worker }) => worker)).toEqual(['worker-1', 'worker-2']);
  });

  it('a worker without a token waits with its entry, asking every tokenPollMs', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { whenFull: 'wait', tokenPollMs: 100 });
      machine.limiter.setLimit('email', 1);
      await submit(queue, 2);
      const first = await queue.strategy.claim(workerOf(machine, 'worker-1'));
      const second = queue.strategy.claim(workerOf(machine, 'worker-2'));
      await machine.clock.sleep(950);
      await first?.complete();
      expect((await second)?.task.id).toBe('t2');
    });
    expect(world.eventsOf('conflict')).toHaveLength(10);
    expect(world.eventsOf('claimed').map(({ worker }) => worker)).toEqual(['worker-1', 'worker-2']);
  });

  it('a worker that leaves an entry without a token pending gets it back through recovery', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { whenFull: 'leave-pending', claimIdleMs: 1000 });
      machine.limiter.setLimit('email', 1);
      await submit(queue, 2);
      const [first, second] = [workerOf(machine, 'worker-1'), workerOf(machine, 'worker-2')];
      const claim = (await queue.strategy.claim(first)) as Claim;
      expect(await queue.strategy.claim(second)).toBeUndefined();
      await claim.complete();
      await machine.clock.sleep(1001);
      await queue.strategy.recover?.(second);
      expect((await queue.strategy.claim(second))?.task.id).toBe('t2');
    });
  });

  it('a released claim stays with its worker until it is idle, and then another gets it', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { blockMs: 10, claimIdleMs: 1000 });
      machine.limiter.setLimit('email', 1);
      await submit(queue, 1);
      const second = workerOf(machine, 'worker-2');
      await (await queue.strategy.claim(workerOf(machine, 'worker-1')))?.release();
      expect(await machine.limiter.inUse('email')).toBe(0);
      expect(await queue.strategy.claim(second)).toBeUndefined();
      await machine.clock.sleep(1001);
      await queue.strategy.recover?.(second);
      expect((await queue.strategy.claim(second))?.task.id).toBe('t1');
    });
    expect(world.eventsOf('released')).toEqual([{ kind: 'released', task: 't1', worker: 'worker-1' }]);
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });

  it('MAXLEN trims entries that nobody has read yet, and their tasks are lost', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { blockMs: 10, maxLength: 3, trim: 'exact' });
      await submit(queue, 5);
      const worker = workerOf(machine, 'worker-1');
      const claimed: (string | undefined)[] = [];
      for (let round = 0; round < 5; round++) claimed.push((await queue.strategy.claim(worker))?.task.id);
      expect(claimed).toEqual(['t3', 't4', 't5', undefined, undefined]);
    });
    expect(world.violations('no-task-lost').filter((story) => story.endsWith('no worker claimed it'))).toHaveLength(2);
  });

  it('an approximate MAXLEN keeps whole nodes of the stream, and so what a few entries hold', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { blockMs: 10, maxLength: 3, trim: 'approximate' });
      await submit(queue, 5);
      expect((await queue.strategy.claim(workerOf(machine, 'worker-1')))?.task.id).toBe('t1');
    });
  });
});

describe('stream-group, where a worker holds an entry for longer than claimIdleMs before it runs it', () => {
  it('a worker that has waited for its token looks again, and leaves the task to the one that ran it meanwhile', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { claimIdleMs: 1000 });
      machine.limiter.setLimit('email', 1);
      await submit(queue, 2);
      const [first, second] = [workerOf(machine, 'worker-1'), workerOf(machine, 'worker-2')];
      const running = await queue.strategy.claim(first);
      const waiting = queue.strategy.claim(second);
      await machine.clock.sleep(1001);
      await running?.complete();
      // Taken over while its holder sleeps between two looks for a token.
      expect(await queue.strategy.recover?.(first)).toBe(1);
      await (await queue.strategy.claim(first))?.complete();
      expect(await waiting).toBeUndefined();
      expect(await machine.limiter.inUse('email')).toBe(0);
    });
    expect(world.eventsOf('claimed').map(({ task, worker }) => `${worker} ${task}`)).toEqual([
      'worker-1 t1',
      'worker-1 t2',
    ]);
    expect(world.eventsOf('conflict').at(-1)).toMatchObject({ over: 'status', task: 't2', worker: 'worker-2' });
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });

  it('a worker that finds no token for a task that it took back leaves the task’s status alone', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { claimIdleMs: 1000, whenFull: 'leave-pending' });
      machine.limiter.setLimit('email', 1);
      await submit(queue, 1);
      const claim = await queue.strategy.claim(workerOf(machine, 'worker-1'));
      await machine.clock.sleep(1001);
      const second = workerOf(machine, 'worker-2');
      await queue.strategy.recover?.(second);
      expect(await queue.strategy.claim(second)).toBeUndefined();
      expect((await queue.manager.get('t1'))?.status).toBe('processing');
      await claim?.complete();
    });
    expect(world.violations('legal-lifecycle')).toEqual([]);
  });

  it('a worker that takes back several entries at once runs them one after the other, and the last are taken from it', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { claimIdleMs: 1000 });
      await submit(queue, 2);
      const [first, second] = [workerOf(machine, 'worker-1'), workerOf(machine, 'worker-2')];
      const key = machine.keys.stream;
      await machine.redis.xreadgroup('GROUP', 'workers', 'gone', 'COUNT', 2, 'STREAMS', key, '>');
      await machine.clock.sleep(1001);
      expect(await queue.strategy.recover?.(first)).toBe(2);
      const one = await queue.strategy.claim(first);
      await machine.clock.sleep(600);
      await one?.complete();
      await machine.clock.sleep(401);
      // The second entry has idled in the first worker's memory.
      expect(await queue.strategy.recover?.(second)).toBe(1);
      await queue.strategy.claim(second);
      await queue.strategy.claim(first);
    });
    expect(world.eventsOf('claimed').map(({ task, worker }) => `${worker} ${task}`)).toEqual([
      'worker-1 t1',
      'worker-2 t2',
      'worker-1 t2',
    ]);
  });
});
