import { describe, expect, it } from 'vitest';
import type { Parameters } from '../../../src/engine/claim.ts';
import { openQueue, poolOf, World } from '../world.ts';

/** So many processes with a typed pool each; then 20 emails (limit 2) and 5 examples (limit 3) at once, 500 ms each. */
async function run(processes: number, claimParameters: Parameters, parameters: Parameters = {}): Promise<World> {
  const world = new World();
  for (let index = 0; index < processes; index++) {
    world.start(`app-${index + 1}`, async (machine) => {
      const queue = await openQueue(machine, 'type-queue', claimParameters);
      queue.manager.register('email', () => machine.clock.sleep(500), { limit: 2 });
      queue.manager.register('example', () => machine.clock.sleep(500), { limit: 3 });
      const pool = poolOf(queue, 'typed', [], parameters);
      pool.start();
      await machine.clock.sleep(60_000);
      await pool.stop();
    });
  }
  world.start('client', async (machine) => {
    const { manager } = await openQueue(machine, 'type-queue', claimParameters);
    for (const type of ['email', 'example']) manager.register(type, async () => {});
    await machine.clock.sleep(1000);
    for (let index = 0; index < 20; index++) await manager.submit('email', null);
    for (let index = 0; index < 5; index++) await manager.submit('example', null);
  });
  await world.run();
  return world;
}

const PLACES = ['app-1/email-1', 'app-1/email-2', 'app-1/example-1', 'app-1/example-2', 'app-1/example-3'];

describe('the typed pool', () => {
  it('has a worker for each place that a limit allows, and each takes its own type only', async () => {
    const world = await run(1, { take: 'pop' });
    expect(world.eventsOf('worker-started').map(({ worker }) => worker)).toEqual(PLACES);
    expect(world.eventsOf('started')).toHaveLength(25);
    for (const { worker, type } of world.eventsOf('started')) expect(worker.split(/[/-]/)[2]).toBe(type);
    expect(world.eventsOf('worker-stopped')).toHaveLength(5);
  });

  it('no type holds up another: five examples run while twenty emails wait', async () => {
    const world = await run(1, { take: 'pop' });
    const examples = world.eventsOf('finished').findLastIndex(({ type }) => type === 'example');
    expect((world.timesOf('finished')[examples] as number) - 1000).toBeLessThan(1300);
  });

  it('one process needs no tokens, as documented: its places are the limit', async () => {
    expect((await run(1, { take: 'pop', tokens: 'none' })).violations('concurrency-limit')).toEqual([]);
  });

  it('two processes without tokens break every limit, and with tokens none', async () => {
    expect((await run(2, { take: 'pop', tokens: 'none' })).violations('concurrency-limit')).not.toEqual([]);
    expect((await run(2, { take: 'pop', tokens: 'semaphore' })).violations('concurrency-limit')).toEqual([]);
  });
});
