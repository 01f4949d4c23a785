import { describe, expect, it } from 'vitest';
import { AsyncTaskManager } from '../../../src/engine/wakeups/async-task-manager.ts';
import { counting } from '../../../src/engine/wakeups/counting.ts';
import { type DelayedTask, RedisDelayedTaskStore } from '../../../src/engine/wakeups/delayed-task-store.ts';
import { drain } from '../../../src/engine/wakeups/drain.ts';
import { WAKEUPS } from '../../../src/engine/wakeups/index.ts';
import { inWorld, type Machine } from '../world.ts';

const TYPE = 'auto-end';

function delayed({ clock }: Machine, id: string, inMs: number): DelayedTask {
  return { id, type: TYPE, dueAtMs: clock.now() + inMs };
}

function storeOf(machine: Machine): RedisDelayedTaskStore {
  return new RedisDelayedTaskStore(machine.redis, machine.keys);
}

describe.each(WAKEUPS.map((policy) => [policy.id, policy] as const))('delayed tasks under %s', (_, policy) => {
  it('run when they are due, in the order in which they are due, with nobody signalling', async () => {
    const world = await inWorld(async (machine) => {
      const store = storeOf(machine);
      for (const [id, inMs] of [
        ['late', 3000],
        ['early', 1000],
      ] as const) {
        await store.add(delayed(machine, id, inMs));
      }
      const manager = new AsyncTaskManager({ ...machine, store }, policy);
      manager.register(TYPE, () => machine.clock.sleep(5));
      manager.start();
      await machine.clock.sleep(5000);
      await manager.stop();
    });
    expect(world.eventsOf('finished').map(({ task }) => task)).toEqual(['early', 'late']);
    expect(world.timesOf('started')[0]).toBeGreaterThanOrEqual(1000);
    expect(world.timesOf('started')[0]).toBeLessThan(1002);
  });

  it('are found at once after a signal, though the worker knew of nothing', async () => {
    const world = await inWorld(async (machine) => {
      const store = storeOf(machine);
      const manager = new AsyncTaskManager({ ...machine, store }, policy);
      manager.register(TYPE, async () => {});
      manager.start();
      await machine.clock.sleep(60_000);
      await store.add(delayed(machine, 't1', 0));
      manager.wakeUp(TYPE);
      await machine.clock.sleep(100);
      await manager.stop();
    });
    expect(world.timesOf('started')[0]).toBeLessThan(60_002);
  });

  it('that fail are removed and not retried, whether the handler throws at once or later', async () => {
    for (const handler of [
      () => Promise.reject(new Error('broken')),
      () => {
        throw new Error('broken');
      },
    ]) {
      const world = await inWorld(async (machine) => {
        const store = storeOf(machine);
        await store.add(delayed(machine, 't1', 0));
        const manager = new AsyncTaskManager({ ...machine, store }, policy);
        manager.register(TYPE, handler);
        manager.start();
        await machine.clock.sleep(10_000);
        await manager.stop();
        expect(await store.minNextTime(TYPE)).toBeUndefined();
      });
      expect(world.eventsOf('finished').map(({ outcome }) => outcome)).toEqual(['failed']);
    }
  });

  it('a worker whose store fails backs off, and goes on when the store has recovered', async () => {
    const world = await inWorld(async (machine) => {
      const store = storeOf(machine);
      await machine.redis.set(machine.keys.delayed(TYPE), 'no sorted set');
      const manager = new AsyncTaskManager({ ...machine, store }, policy);
      manager.register(TYPE, async () => {});
      manager.start();
      await machine.clock.sleep(4500);
      await machine.redis.del(machine.keys.delayed(TYPE));
      await store.add(delayed(machine, 't1', 0));
      await machine.clock.sleep(1000);
      await manager.stop();
    });
    expect(world.eventsOf('poll-failed')).toHaveLength(5);
    expect(world.eventsOf('finished')).toHaveLength(1);
  });

  it('stopping waits for the task under way', async () => {
    const world = await inWorld(async (machine, world) => {
      const store = storeOf(machine);
      await store.add(delayed(machine, 't1', 0));
      const manager = new AsyncTaskManager({ ...machine, store }, policy);
      manager.register(TYPE, () => machine.clock.sleep(700));
      manager.start();
      await machine.clock.sleep(100);
      await manager.stop();
      expect(world.nowMs).toBeGreaterThanOrEqual(700);
      expect(await store.minNextTime(TYPE)).toBeUndefined();
    });
    expect(world.eventsOf('finished')).toHaveLength(1);
  });

  it('a signal for a type without a handler is ignored, and reported as not accepted', async () => {
    const world = await inWorld(async (machine) => {
      new AsyncTaskManager({ ...machine, store: storeOf(machine) }, policy).wakeUp('unheard-of');
    });
    expect(world.eventsOf('signalled')).toEqual([{ kind: 'signalled', type: 'unheard-of', accepted: false }]);
  });

  it('signals beyond a thousand are dropped', async () => {
    const world = await inWorld(async (machine) => {
      const manager = new AsyncTaskManager({ ...machine, store: storeOf(machine) }, policy);
      manager.register(TYPE, async () => {});
      for (let count = 0; count < 1005; count++) manager.wakeUp(TYPE);
    });
    expect(world.eventsOf('signalled').filter(({ accepted }) => !accepted)).toHaveLength(5);
  });
});

describe('piled-up signals', () => {
  it.each([
    [counting, 20, 40],
    [drain, 1, 2],
  ])('$id: 20 signals make %i wake-ups and %i queries', async (policy, wakeups, queries) => {
    const world = await inWorld(async (machine) => {
      const store = storeOf(machine);
      await store.add(delayed(machine, 'later', 60_000));
      const manager = new AsyncTaskManager({ ...machine, store }, policy);
      manager.register(TYPE, async () => {});
      for (let count = 0; count < 20; count++) manager.wakeUp(TYPE);
      manager.start();
      await machine.clock.sleep(1000);
      await manager.stop();
    });
    expect(world.eventsOf('woken')).toHaveLength(wakeups);
    expect(world.eventsOf('query')).toHaveLength(queries);
  });

  it('drain: a task that was added before its signal runs, though that signal was thrown away with others', async () => {
    const world = await inWorld(async (machine) => {
      const store = storeOf(machine);
      const manager = new AsyncTaskManager({ ...machine, store }, drain);
      manager.register(TYPE, () => machine.clock.sleep(100));
      manager.start();
      for (let index = 0; index < 10; index++) {
        await store.add(delayed(machine, `t${index}`, 0));
        manager.wakeUp(TYPE);
        manager.wakeUp(TYPE);
      }
      await machine.clock.sleep(5000);
      await manager.stop();
    });
    expect(world.eventsOf('finished')).toHaveLength(10);
    expect(world.violations('bounded-queries')).toEqual([]);
  });
});
