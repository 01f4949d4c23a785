import { describe, expect, it } from 'vitest';
import type { Parameters } from '../../../src/engine/claim.ts';
import { inWorld, openQueue, poolOf, type World } from '../world.ts';

interface Load {
  readonly limit: number;
  readonly handlerMs: number;
  readonly bursts: readonly { readonly atMs: number; readonly tasks: number }[];
  readonly forMs: number;
}

function run({ limit, handlerMs, bursts, forMs }: Load, parameters: Parameters = {}): Promise<World> {
  return inWorld(async (machine, world) => {
    const queue = await openQueue(machine, 'token-first');
    queue.manager.register('email', () => machine.clock.sleep(handlerMs), { limit });
    const pool = poolOf(queue, 'adaptive', [], parameters);
    pool.start();
    for (const { atMs, tasks } of bursts) {
      await machine.clock.sleep(atMs - world.nowMs);
      await Promise.all(Array.from({ length: tasks }, () => queue.manager.submit('email', null)));
    }
    await machine.clock.sleep(forMs - world.nowMs);
    await pool.stop();
  });
}

/** How many workers there are after each change. */
function sizes(world: World): { readonly atMs: number; readonly size: number }[] {
  let size = 0;
  return world.history.events.flatMap((event, index) => {
    if (event.kind !== 'worker-started' && event.kind !== 'worker-stopped') return [];
    size += event.kind === 'worker-started' ? 1 : -1;
    return [{ atMs: (world.history.timesUs[index] as number) / 1000, size }];
  });
}

const sizeAt = (world: World, atMs: number) => sizes(world).findLast((change) => change.atMs <= atMs)?.size;
const FAST = { scaleUpCooldownMs: 1000, scaleDownCooldownMs: 5000, intervalMs: 100 };

describe('the adaptive pool', () => {
  it('grows one by one under load up to a fifth above the sum of limits, and shrinks to its minimum afterwards', async () => {
    const world = await run({ limit: 5, handlerMs: 1000, bursts: [{ atMs: 0, tasks: 200 }], forMs: 120_000 }, FAST);
    expect(Math.max(...sizes(world).map(({ size }) => size))).toBe(6);
    expect(sizeAt(world, 119_000)).toBe(1);
    expect(world.eventsOf('finished')).toHaveLength(200);
    expect(new Set(world.eventsOf('worker-started').map(({ worker }) => worker)).size).toBe(6);
    expect(sizes(world).at(-1)?.size).toBe(0);
  });

  it('does not grow while the queue is short, however long tasks wait, unless any reason is enough', async () => {
    const load = { limit: 5, handlerMs: 4000, bursts: [{ atMs: 0, tasks: 8 }], forMs: 20_000 };
    expect(sizeAt(await run(load, FAST), 15_000)).toBe(1);
    expect(sizeAt(await run(load, { ...FAST, growWhen: 'any' }), 15_000)).toBeGreaterThan(1);
  });

  it('all: a burst of long tasks finds one worker that measures no wait, and the pool stays as it is', async () => {
    const load = { limit: 50, handlerMs: 60_000, bursts: [{ atMs: 500, tasks: 100 }], forMs: 55_000 };
    expect(sizeAt(await run(load, FAST), 55_000)).toBe(1);
    expect(sizeAt(await run(load, { ...FAST, growWhen: 'any' }), 55_000)).toBeGreaterThan(40);
  });

  it('shrinks only after its cool-down, and lets nobody go in the middle of a task', async () => {
    const world = await run({ limit: 5, handlerMs: 1000, bursts: [{ atMs: 0, tasks: 60 }], forMs: 90_000 }, FAST);
    const finishedMs = Math.max(...world.timesOf('finished'));
    const firstStopMs = sizes(world).find(
      ({ atMs, size }, index, all) => size < (all[index - 1]?.size ?? 0) && atMs > 0,
    )?.atMs;
    // Half of the workers are idle at the earliest when the last task begins.
    expect(firstStopMs).toBeGreaterThan(finishedMs - 1000 + FAST.scaleDownCooldownMs);
    expect(world.eventsOf('finished')).toHaveLength(60);
    expect(finishedMs).toBeLessThan(60_000);
    expect(world.violations('no-task-lost')).toEqual([]);
  });

  it('oscillates with bursts that are further apart than its cool-downs', async () => {
    const bursts = Array.from({ length: 5 }, (_, index) => ({ atMs: index * 60_000, tasks: 40 }));
    const load = { limit: 5, handlerMs: 1000, bursts, forMs: 300_000 };
    const turns = (world: World) => {
      const directions = sizes(world)
        .filter(({ atMs }) => atMs < 300_000)
        .map(({ size }, index, all) => Math.sign(size - (all[index - 1]?.size ?? 0)));
      return directions.filter((direction, index) => index > 0 && direction !== directions[index - 1]).length;
    };
    expect(turns(await run(load, FAST))).toBeGreaterThanOrEqual(8);
    expect(turns(await run(load, { ...FAST, scaleDownCooldownMs: 120_000 }))).toBe(0);
  });

  it('survives a Redis that answers errors, and stops at once though it is idle', async () => {
    const world = await inWorld(async (machine, world) => {
      const queue = await openQueue(machine, 'single-queue-lock');
      queue.manager.register('email', async () => {});
      await machine.redis.set(machine.keys.status('pending'), 'no sorted set');
      const pool = poolOf(queue, 'adaptive', [], { minWorkers: 2, checkIntervalMs: 500 });
      pool.start();
      await machine.clock.sleep(5200);
      await machine.redis.del(machine.keys.status('pending'));
      await queue.manager.submit('email', null);
      await machine.clock.sleep(2100);
      await Promise.all([pool.stop(), pool.stop()]);
      expect(world.nowMs).toBeLessThan(7400);
    });
    expect(world.eventsOf('poll-failed').length).toBeLessThan(25);
    expect(world.eventsOf('finished')).toHaveLength(1);
  });
});
