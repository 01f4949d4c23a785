import { describe, expect, it } from 'vitest';
import { AsyncTaskManager } from '../../../src/engine/wakeups/async-task-manager.ts';
import { capacityOne } from '../../../src/engine/wakeups/capacity-one.ts';
import { counting } from '../../../src/engine/wakeups/counting.ts';
import { dedupe } from '../../../src/engine/wakeups/dedupe.ts';
import type { DelayedTask } from '../../../src/engine/wakeups/delayed-task-store.ts';
import { drain } from '../../../src/engine/wakeups/drain.ts';
import { WAKEUPS } from '../../../src/engine/wakeups/index.ts';
import { recommended } from '../../../src/engine/wakeups/recommended.ts';
import { RedisDelayedTaskStore } from '../../../src/engine/wakeups/redis-delayed-task-store.ts';
import { throttle } from '../../../src/engine/wakeups/throttle.ts';
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

  it('signals beyond what the channel holds are dropped', async () => {
    const world = await inWorld(async (machine) => {
      const manager = new AsyncTaskManager({ ...machine, store: storeOf(machine) }, policy);
      manager.register(TYPE, async () => {});
      for (let count = 0; count < policy.capacity + 5; count++) manager.wakeUp(TYPE);
    });
    expect(world.eventsOf('signalled').filter(({ accepted }) => !accepted)).toHaveLength(5);
  });
});

describe('piled-up signals', () => {
  it.each([
    [counting, 20, 40],
    [drain, 1, 2],
    [dedupe, 20, 40],
    [capacityOne, 1, 2],
    [throttle, 1, 2],
    [recommended, 1, 2],
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

describe('a burst of 20 signals that finds the worker waiting', () => {
  it.each([
    [counting, 40],
    [drain, 2],
    [capacityOne, 4],
    [throttle, 2],
    [recommended, 2],
  ])('$id: makes %i queries', async (policy, queries) => {
    let before = 0;
    const world = await inWorld(async (machine, world) => {
      const manager = new AsyncTaskManager({ ...machine, store: storeOf(machine) }, policy);
      manager.register(TYPE, async () => {});
      manager.start();
      await machine.clock.sleep(1000);
      before = world.eventsOf('query').length;
      for (let count = 0; count < 20; count++) manager.wakeUp(TYPE);
      await machine.clock.sleep(1000);
      await manager.stop();
    });
    expect(world.eventsOf('query').length - before).toBe(queries);
  });
});

describe('throttle', () => {
  /** A wake-up at 1 s, and a task that is added and signalled so long after it. */
  async function addedAfter(afterMs: number, otherDueInMs?: number) {
    return inWorld(async (machine) => {
      const store = storeOf(machine);
      if (otherDueInMs !== undefined) await store.add(delayed(machine, 'other', otherDueInMs));
      const manager = new AsyncTaskManager({ ...machine, store }, throttle);
      manager.register(TYPE, async () => {});
      manager.start();
      await machine.clock.sleep(1000);
      manager.wakeUp(TYPE);
      await machine.clock.sleep(afterMs);
      await store.add(delayed(machine, 'new', 0));
      manager.wakeUp(TYPE);
      await machine.clock.sleep(60_000);
      await manager.stop();
    });
  }

  it('picks a task up at once when its signal comes more than 100 ms after a query', async () => {
    const world = await addedAfter(101);
    expect(world.timesOf('started')[0]).toBeLessThan(1105);
    expect(world.eventsOf('signal-ignored')).toEqual([]);
  });

  it('drops the signal of a task that is added within 100 ms of a query, so that it waits for another task’s due time', async () => {
    const world = await addedAfter(50, 30_000);
    expect(world.eventsOf('signal-ignored')).toHaveLength(1);
    expect(world.eventsOf('started').map(({ task }) => task)).toEqual(['new', 'other']);
    expect(world.timesOf('started')[0]).toBeGreaterThanOrEqual(30_000);
  });

  it('leaves that task for ever where no other is due', async () => {
    const world = await addedAfter(50);
    expect(world.eventsOf('started')).toEqual([]);
  });

  it('does not keep a worker with work to do from its next query', async () => {
    const world = await inWorld(async (machine) => {
      const store = storeOf(machine);
      for (let index = 0; index < 10; index++) await store.add(delayed(machine, `t${index}`, 0));
      const manager = new AsyncTaskManager({ ...machine, store }, throttle);
      manager.register(TYPE, async () => {});
      manager.start();
      await machine.clock.sleep(100);
      await manager.stop();
    });
    expect(world.eventsOf('finished')).toHaveLength(10);
  });
});

describe('several workers per type', () => {
  /** Ten tasks of 1 s, added and signalled one by one while the workers wait. */
  async function tenTasks(fetch: 'reads' | 'claims') {
    return inWorld(async (machine) => {
      const store = new RedisDelayedTaskStore(machine.redis, machine.keys, fetch);
      const manager = new AsyncTaskManager({ ...machine, store }, drain, { workersPerType: 5 });
      manager.register(TYPE, () => machine.clock.sleep(1000));
      manager.start();
      await machine.clock.sleep(1000);
      for (let index = 0; index < 10; index++) {
        await store.add(delayed(machine, `t${index}`, 0));
        manager.wakeUp(TYPE);
      }
      await machine.clock.sleep(15_000);
      await manager.stop();
    });
  }

  it('run the same task again and again, as the documented fetch only reads', async () => {
    const world = await tenTasks('reads');
    expect(world.eventsOf('started').length).toBeGreaterThan(10);
    expect(world.violations('no-duplicate-execution')).not.toEqual([]);
  });

  it('run each task once where the fetch claims it, and all of them work', async () => {
    const world = await tenTasks('claims');
    expect(world.eventsOf('started').map(({ task }) => task)).toHaveLength(10);
    expect(new Set(world.eventsOf('started').map(({ worker }) => worker)).size).toBe(5);
    expect(world.timesOf('finished').at(-1)).toBeLessThan(3100);
  });

  it.each([
    [counting, ['t1', 't2']],
    [drain, ['t1']],
    [capacityOne, ['t1']],
    [recommended, ['t1']],
  ])(
    '$id: tasks added while both workers’ last answers are on their way start at once: %j',
    async (policy, started) => {
      const world = await inWorld(async (machine) => {
        const inner = new RedisDelayedTaskStore(machine.redis, machine.keys, 'claims');
        // A store whose second answer is long on its way, as from a pool of connections: it knows nothing of what came since.
        const store = {
          add: inner.add.bind(inner),
          remove: inner.remove.bind(inner),
          fetchPending: inner.fetchPending.bind(inner),
          minNextTime: async (type: string) => {
            const next = await inner.minNextTime(type);
            await machine.clock.sleep(10);
            return next;
          },
        };
        const manager = new AsyncTaskManager({ ...machine, store }, policy, { workersPerType: 2 });
        manager.register(TYPE, () => machine.clock.sleep(5000));
        manager.start();
        await machine.clock.sleep(5);
        for (const id of ['t1', 't2']) {
          await store.add(delayed(machine, id, 0));
          manager.wakeUp(TYPE);
        }
        await machine.clock.sleep(1000);
        await manager.stop();
      });
      expect(world.eventsOf('started').map(({ task }) => task)).toEqual(started);
    },
  );
});
