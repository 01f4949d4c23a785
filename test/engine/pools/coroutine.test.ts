import { describe, expect, it } from 'vitest';
import type { Parameters } from '../../../src/engine/claim.ts';
import { inWorld, openQueue, poolOf, type World } from '../world.ts';

/** One process with a coroutine pool, and so many tasks at once, 500 ms each. */
function run(claims: string, tasks: number, limit: number | undefined, parameters: Parameters = {}): Promise<World> {
  return inWorld(async (machine) => {
    const queue = await openQueue(machine, claims);
    queue.manager.register('example', () => machine.clock.sleep(500), limit === undefined ? {} : { limit });
    const pool = poolOf(queue, 'coroutine', [], parameters);
    pool.start();
    await machine.clock.sleep(100);
    await Promise.all(Array.from({ length: tasks }, () => queue.manager.submit('example', null)));
    await machine.clock.sleep(10_000);
    await pool.stop();
  });
}

describe('the coroutine pool', () => {
  it('runs hundreds of tasks at once, each in a coroutine of its own', async () => {
    const world = await run('zpopmin-then-token', 300, undefined);
    expect(new Set(world.eventsOf('started').map(({ worker }) => worker)).size).toBeGreaterThan(100);
    expect(world.eventsOf('finished')).toHaveLength(300);
    expect(world.eventsOf('worker-stopped')).toHaveLength(world.eventsOf('worker-started').length);
  });

  it('never runs more than maxCoroutines, and uses them again', async () => {
    const world = await run('zpopmin-then-token', 50, undefined, { maxCoroutines: 20 });
    const names = new Set(world.eventsOf('started').map(({ worker }) => worker));
    expect([...names]).toEqual(Array.from({ length: 20 }, (_, place) => `app/coroutine-${place + 1}`));
    expect(world.eventsOf('finished')).toHaveLength(50);
    expect(Math.max(...world.timesOf('finished'))).toBeGreaterThan(1600);
  });

  it('takes a task up within its interval', async () => {
    const world = await run('single-queue-lock', 1, 3);
    expect((world.timesOf('started')[0] as number) - (world.timesOf('submitting')[0] as number)).toBeLessThan(20);
  });

  it('with the token after the task it skips what the limit does not let in: 12 tasks, limit 3, nine lost', async () => {
    const world = await run('zpopmin-then-token', 12, 3);
    expect(world.eventsOf('finished')).toHaveLength(3);
    expect(world.violations('no-task-lost')).toHaveLength(9);
  });

  it('with both or neither it loses nothing, and asks until there is room', async () => {
    const world = await run('token-first', 12, 3);
    expect(world.eventsOf('finished')).toHaveLength(12);
    expect(world.violations('no-task-lost')).toEqual([]);
    expect(world.violations('concurrency-limit')).toEqual([]);
  });

  it('stopping waits for what is under way, however often it is asked for', async () => {
    const world = await inWorld(async (machine, world) => {
      const queue = await openQueue(machine, 'single-queue-lock');
      queue.manager.register('example', () => machine.clock.sleep(3000));
      const pool = poolOf(queue, 'coroutine', []);
      pool.start();
      for (let index = 0; index < 3; index++) await queue.manager.submit('example', null);
      await machine.clock.sleep(100);
      await Promise.all([pool.stop(), pool.stop()]);
      expect(world.nowMs).toBeGreaterThan(3000);
      expect(world.nowMs).toBeLessThan(3200);
    });
    expect(world.eventsOf('finished')).toHaveLength(3);
  });
});
