import { describe, expect, it } from 'vitest';
import type { ClaimStrategy, Parameters } from '../../../src/engine/claim.ts';
import type { Task } from '../../../src/engine/task.ts';
import { TaskManager } from '../../../src/engine/task-manager.ts';
import { inWorld, type Machine, openQueue, poolOf, World } from '../world.ts';

/** A strategy beside Redis, whose claims cost no time: who asked when, in ms; each claim is a task that runs so long. */
function scripted(machine: Machine, world: World, handlersMs: readonly (number | undefined)[]) {
  const polls: [worker: string, atMs: number][] = [];
  const left = [...handlersMs];
  const strategy: ClaimStrategy = {
    submit: async () => {},
    withdraw: async () => false,
    count: async () => 0,
    async claim(worker) {
      polls.push([worker.id, world.nowMs]);
      const handlerMs = left.shift();
      if (handlerMs === undefined) return undefined;
      const nothing = async () => {};
      const task: Task = {
        id: 't',
        type: 'email',
        payload: String(handlerMs),
        priority: 0,
        status: 'processing',
        createdAtMs: machine.clock.now(),
        queueTimeoutMs: 0,
        processTimeoutMs: 0,
      };
      return { task, complete: nothing, fail: nothing, release: nothing };
    },
  };
  const manager = new TaskManager(machine, strategy);
  manager.register('email', (task) => machine.clock.sleep(Number(task.payload)));
  return { polls, queue: { machine, strategy, manager } };
}

/** When each worker polled, in a pool that is stopped after `forMs`. */
async function pollsOf(
  options: { workers?: string[]; handlersMs?: (number | undefined)[]; forMs: number },
  parameters: Parameters,
): Promise<[string, number][]> {
  let polls: [string, number][] = [];
  await inWorld(async (machine, world) => {
    const design = scripted(machine, world, options.handlersMs ?? []);
    polls = design.polls;
    const pool = poolOf(design.queue, 'polling', options.workers ?? ['w1'], parameters);
    pool.start();
    await machine.clock.sleep(options.forMs);
    await pool.stop();
  });
  return polls;
}

const times = (polls: [string, number][]) => polls.map(([, atMs]) => atMs);

describe('the polling pool', () => {
  it('aligned: all workers poll at once, every interval, from the start', async () => {
    const polls = await pollsOf({ workers: ['w1', 'w2'], forMs: 2500 }, { phases: 'aligned' });
    expect(polls).toEqual([
      ['w1', 0],
      ['w2', 0],
      ['w1', 1000],
      ['w2', 1000],
      ['w1', 2000],
      ['w2', 2000],
    ]);
  });

  it('staggered: workers poll in turn, spread evenly over one interval', async () => {
    const polls = await pollsOf({ workers: ['w1', 'w2', 'w3', 'w4'], forMs: 1500 }, { phases: 'staggered' });
    expect(polls).toEqual([
      ['w1', 0],
      ['w2', 250],
      ['w3', 500],
      ['w4', 750],
      ['w1', 1000],
      ['w2', 1250],
    ]);
  });

  it.each([
    ['ticks', 'skips the ticks that a task ran through', [0, 3000, 4000, 5000]],
    ['go-ticker', 'polls again right after it, for the one tick that was kept', [0, 2500, 3000, 4000, 5000]],
    ['rest', 'rests a whole interval after it', [0, 3500, 4500, 5500]],
  ])('%s: after a task of two and a half intervals it %s', async (cadence, _, expected) => {
    expect(times(await pollsOf({ handlersMs: [2500], forMs: 5700 }, { cadence }))).toEqual(expected);
  });

  it('go-ticker: keeps one missed tick after each of several long tasks, never two', async () => {
    const polls = await pollsOf({ handlersMs: [2500, 1700], forMs: 6500 }, { cadence: 'go-ticker' });
    expect(times(polls)).toEqual([0, 2500, 4200, 5000, 6000]);
  });

  it('ticks and go-ticker: a task that ends before the next tick misses none', async () => {
    for (const cadence of ['ticks', 'go-ticker']) {
      expect(times(await pollsOf({ handlersMs: [300, 999], forMs: 3500 }, { cadence }))).toEqual([0, 1000, 2000, 3000]);
    }
  });

  it('a worker that polls through a slow Redis keeps to its ticks, without drift', async () => {
    const world = await inWorld(async (machine) => {
      const pool = poolOf(await openQueue(machine, 'single-queue-lock'), 'polling', ['w1'], { intervalMs: 10 });
      pool.start();
      await machine.clock.sleep(10_005);
      await pool.stop();
    });
    expect(world.timesOf('empty-poll')).toHaveLength(1001);
    expect(world.timesOf('empty-poll').at(-1)).toBeLessThan(10_001);
  });

  it('stopping waits for the tasks under way, claims nothing more, and may be asked for twice', async () => {
    let polls = 0;
    const world = await inWorld(async (machine, world) => {
      const design = scripted(machine, world, [4000, 1000]);
      const pool = poolOf(design.queue, 'polling', ['w1', 'w2'], {});
      pool.start();
      await machine.clock.sleep(500);
      await Promise.all([pool.stop(), pool.stop()]);
      expect(world.nowMs).toBe(4000);
      await pool.stop();
      await machine.clock.sleep(10_000);
      polls = design.polls.length;
    });
    expect(polls).toBe(2);
    expect(world.eventsOf('finished')).toHaveLength(2);
    expect(
      world
        .eventsOf('worker-stopped')
        .map(({ worker }) => worker)
        .sort(),
    ).toEqual(['w1', 'w2']);
  });

  it('stopping ends a rest at once', async () => {
    await inWorld(async (machine, world) => {
      const pool = poolOf(scripted(machine, world, []).queue, 'polling', ['w1'], { intervalMs: 3_600_000 });
      pool.start();
      await machine.clock.sleep(5);
      await pool.stop();
      expect(world.nowMs).toBe(5);
    });
  });

  it('workers back off from a Redis that answers errors, and go on when it has recovered', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'single-queue-lock');
      queue.manager.register('email', async () => {});
      await machine.redis.set(machine.keys.status('pending'), 'no sorted set');
      const pool = poolOf(queue, 'polling', ['w1'], { intervalMs: 1 });
      pool.start();
      await machine.clock.sleep(10_500);
      await machine.redis.del(machine.keys.status('pending'));
      await queue.manager.submit('email', null, { id: 't1' });
      await machine.clock.sleep(2000);
      await pool.stop();
    });
    expect(world.eventsOf('poll-failed').length).toBeLessThanOrEqual(11);
    expect(world.eventsOf('poll-failed')[0]?.error).toMatch(/^WRONGTYPE/);
    expect(world.eventsOf('finished')).toHaveLength(1);
  });

  it('a task whose type only another process knows goes back to the queue, and that process runs it', async () => {
    const world = new World();
    for (const [name, type] of [
      ['ignorant', 'email'],
      ['knowing', 'example'],
    ] as const) {
      world.start(name, async (machine) => {
        const queue = await openQueue(machine, 'single-queue-lock');
        queue.manager.register(type, async () => {});
        if (type === 'example') await queue.manager.submit(type, null, { id: 't1' });
        await machine.clock.sleep(name === 'knowing' ? 3500 : 1);
        const pool = poolOf(queue, 'polling', [name], {});
        pool.start();
        await machine.clock.sleep(5000);
        await pool.stop();
      });
    }
    await world.run();
    expect(world.eventsOf('poll-failed')[0]?.error).toMatch(/no handler is registered for task type 'example'/);
    expect(world.eventsOf('finished').map(({ worker }) => worker)).toEqual(['knowing']);
    expect(world.violations('no-task-lost')).toEqual([]);
  });
});

describe('a worker whose clock is set back', () => {
  it('goes on polling, and looking for what others left, at its intervals', async () => {
    let recovered = 0;
    let polls: [string, number][] = [];
    await inWorld(async (machine, world) => {
      const design = scripted(machine, world, []);
      polls = design.polls;
      design.queue.strategy.recover = async () => {
        recovered++;
        return 0;
      };
      const parameters = { intervalMs: 100, recoverIntervalMs: 300 };
      const pool = poolOf(design.queue, 'polling', ['w1'], parameters);
      pool.start();
      await machine.clock.sleep(450);
      machine.host.jumpClock(-3_600_000);
      await machine.clock.sleep(1000);
      await pool.stop();
    });
    expect(polls.length).toBeGreaterThanOrEqual(14);
    expect(recovered).toBeGreaterThanOrEqual(3);
  });
});
