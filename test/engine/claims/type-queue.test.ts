import { describe, expect, it } from 'vitest';
import type { Claim, Parameters } from '../../../src/engine/claim.ts';
import { inWorld, openQueue, type Process, poolOf, World, workerOf } from '../world.ts';

async function submit({ manager }: Process, count: number, type: string): Promise<void> {
  manager.register(type, async () => {});
  for (let index = 1; index <= count; index++) await manager.submit(type, null, { id: `${type}-${index}` });
}

function claimWith({ machine, strategy }: Process, id: string, types: readonly string[]): Promise<Claim | undefined> {
  return strategy.claim(workerOf(machine, id, { types }));
}

/** Two processes with two workers each, limit two, eight emails of a second each. */
async function twoProcesses(changes: Parameters): Promise<World> {
  const world = new World();
  for (const name of ['app-1', 'app-2']) {
    world.start(name, async (machine) => {
      const queue = await openQueue(machine, 'type-queue', changes);
      queue.manager.register('email', () => machine.clock.sleep(1000), { limit: 2 });
      if (name === 'app-1') for (let count = 0; count < 8; count++) await queue.manager.submit('email', null);
      const pool = poolOf(queue, 'polling', [`${name}/1`, `${name}/2`], { intervalMs: 100, phases: 'staggered' });
      pool.start();
      await machine.clock.sleep(10_000);
      await pool.stop();
    });
  }
  await world.run();
  return world;
}

describe.each(['lock', 'pop'])('type-queue, take: %s', (take) => {
  it('a worker takes tasks of its types only', async () => {
    const world = await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'type-queue', { take });
      await submit(queue, 2, 'email');
      await submit(queue, 2, 'example');
      expect((await claimWith(queue, 'w1', ['example']))?.task.id).toBe('example-1');
      expect((await claimWith(queue, 'w2', ['email']))?.task.id).toBe('email-1');
      expect(await claimWith(queue, 'w3', ['report'])).toBeUndefined();
      expect(await queue.manager.stats()).toMatchObject({ pending: 2, processing: 2 });
    });
    expect(world.eventsOf('empty-poll')).toEqual([{ kind: 'empty-poll', worker: 'w3' }]);
  });

  it('a worker of several types asks for them in order, and a type without room does not hold up the next', async () => {
    await inWorld(async (machine) => {
      const queue = await openQueue(machine, 'type-queue', { take });
      machine.limiter.setLimit('email', 1);
      await submit(queue, 2, 'email');
      await submit(queue, 1, 'example');
      const claims = [];
      for (const id of ['w1', 'w2', 'w3']) claims.push((await claimWith(queue, id, ['email', 'example']))?.task.id);
      expect(claims).toEqual(['email-1', 'example-1', undefined]);
    });
  });

  it('with tokens, two processes keep to the limit; without, each has a limit of its own', async () => {
    const withTokens = await twoProcesses({ take });
    expect(withTokens.violations('concurrency-limit')).toEqual([]);
    expect(withTokens.eventsOf('finished')).toHaveLength(8);
    const without = await twoProcesses({ take, tokens: 'none' });
    expect(without.eventsOf('token-acquired')).toEqual([]);
    expect(without.violations('concurrency-limit')).not.toEqual([]);
  });
});

describe('type-queue', () => {
  it('workers of one type still want the same head, unless each pops its own', async () => {
    for (const [take, started] of [
      ['lock', 1],
      ['pop', 5],
    ] as const) {
      await inWorld(async (machine) => {
        const queue = await openQueue(machine, 'type-queue', { take });
        await submit(queue, 10, 'email');
        const workers = ['w1', 'w2', 'w3', 'w4', 'w5'];
        const claims = await Promise.all(workers.map((id) => claimWith(queue, id, ['email'])));
        expect(claims.filter((claim) => claim !== undefined)).toHaveLength(started);
      });
    }
  });

  it.each([
    ['fixed', 'starves behind'],
    ['rotating', 'comes in turn with'],
  ])('few workers of two types, %s: the second type %s the first', async (typeOrder) => {
    await inWorld(async (machine) => {
      for (const take of ['lock', 'pop']) {
        const queue = await openQueue(machine, 'type-queue', { take, typeOrder });
        await submit(queue, 5, 'email');
        await submit(queue, 1, 'example');
        const types: (string | undefined)[] = [];
        for (let round = 0; round < 6; round++) {
          const claim = await claimWith(queue, 'w1', ['email', 'example']);
          types.push(claim?.task.type);
          await claim?.complete();
        }
        expect(types.indexOf('example')).toBe(typeOrder === 'fixed' ? 5 : 1);
      }
    });
  });
});
