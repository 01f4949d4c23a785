import { describe, expect, it } from 'vitest';
import { inWorld, openQueue, poolOf } from '../world.ts';

describe('the blocking pool', () => {
  it('picks a task up within network latency', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group');
      queue.manager.register('email', () => machine.clock.sleep(10));
      const pool = poolOf(queue, 'blocking', ['w1', 'w2', 'w3']);
      pool.start();
      for (let index = 0; index < 20; index++) {
        await machine.clock.sleep(123);
        await queue.manager.submit('email', null);
      }
      await pool.stop();
    });
    const [submitted, started] = [world.timesOf('submitting'), world.timesOf('started')];
    expect(started).toHaveLength(20);
    expect(Math.max(...started.map((atMs, index) => atMs - (submitted[index] as number)))).toBeLessThan(2);
  });

  it('shares tasks out: while one worker is busy the others take what comes', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group');
      queue.manager.register('email', () => machine.clock.sleep(1000));
      const pool = poolOf(queue, 'blocking', ['w1', 'w2', 'w3']);
      pool.start();
      for (let index = 0; index < 3; index++) await queue.manager.submit('email', null);
      await pool.stop();
    });
    expect(new Set(world.eventsOf('started').map(({ worker }) => worker)).size).toBe(3);
    expect(Math.max(...world.timesOf('finished'))).toBeLessThan(1010);
  });

  it('stopping waits for tasks under way and for the longest claim that blocks, no longer', async () => {
    const world = await inWorld(async (machine, world) => {
      const queue = await openQueue(machine, 'stream-group', { blockMs: 2000 });
      queue.manager.register('email', () => machine.clock.sleep(700));
      const pool = poolOf(queue, 'blocking', ['w1', 'w2']);
      pool.start();
      await machine.clock.sleep(100);
      await queue.manager.submit('email', null);
      await machine.clock.sleep(1);
      await pool.stop();
      await pool.stop();
      expect(world.nowMs).toBeGreaterThanOrEqual(2000);
      expect(world.nowMs).toBeLessThan(2002);
    });
    expect(world.eventsOf('finished')).toHaveLength(1);
    expect(world.eventsOf('worker-stopped')).toHaveLength(2);
    expect(world.redis.server.commandsRun).toBeLessThan(20);
  });

  it('workers back off from a Redis that answers errors, and go on when it has recovered', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { blockMs: 100 });
      queue.manager.register('email', async () => {});
      const pool = poolOf(queue, 'blocking', ['w1']);
      await machine.redis.del(machine.keys.stream);
      pool.start();
      await machine.clock.sleep(10_500);
      await queue.strategy.open?.();
      await queue.manager.submit('email', null);
      await machine.clock.sleep(1500);
      await pool.stop();
    });
    expect(world.eventsOf('poll-failed').map(({ error }) => error.split(' ')[0])).toEqual(
      Array.from({ length: 11 }, () => 'NOGROUP'),
    );
    expect(world.eventsOf('finished')).toHaveLength(1);
  });

  it('each worker takes back what others left, every recoverIntervalMs', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'stream-group', { blockMs: 100, claimIdleMs: 1000 });
      queue.manager.register('email', async () => {});
      await queue.manager.submit('email', null, { id: 't1' });
      // A consumer that reads and is never heard of again.
      await machine.redis.xreadgroup('GROUP', 'workers', 'gone', 'COUNT', 1, 'STREAMS', machine.keys.stream, '>');
      const pool = poolOf(queue, 'blocking', ['w1'], { recoverIntervalMs: 3000 });
      pool.start();
      await machine.clock.sleep(5000);
      await pool.stop();
    });
    expect(world.eventsOf('recovered')).toEqual([{ kind: 'recovered', task: 't1', worker: 'w1' }]);
    expect(world.timesOf('recovered')[0]).toBeGreaterThanOrEqual(3000);
    expect(world.timesOf('recovered')[0]).toBeLessThan(3110);
    expect(world.violations('no-task-lost')).toEqual([]);
  });
});
