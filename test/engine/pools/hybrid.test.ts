import { describe, expect, it } from 'vitest';
import type { Parameters } from '../../../src/engine/claim.ts';
import { openAnnouncedQueue, poolOf, World } from '../world.ts';

const TYPES = { email: 2, example: 3 };

/** So many processes with a hybrid pool each; the client submits at the given times. */
async function run(
  processes: number,
  submissions: readonly { readonly atMs: number; readonly type: keyof typeof TYPES; readonly count: number }[],
  options: { readonly claims?: string; readonly claimParameters?: Parameters; readonly parameters?: Parameters } = {},
): Promise<World> {
  const world = new World();
  const { claims = 'token-first', claimParameters, parameters } = options;
  for (let index = 0; index < processes; index++) {
    world.start(`app-${index + 1}`, async (machine) => {
      const queue = await openAnnouncedQueue(machine, claims, claimParameters);
      for (const [type, limit] of Object.entries(TYPES)) {
        queue.manager.register(type, () => machine.clock.sleep(500), { limit });
      }
      const pool = poolOf(queue, 'hybrid', [], parameters);
      pool.start();
      await machine.clock.sleep(60_000);
      await pool.stop();
    });
  }
  world.start('client', async (machine) => {
    const { manager } = await openAnnouncedQueue(machine, claims, claimParameters);
    for (const type of Object.keys(TYPES)) manager.register(type, async () => {});
    for (const { atMs, type, count } of submissions) {
      await machine.clock.sleep(atMs - world.nowMs);
      for (let index = 0; index < count; index++) await manager.submit(type, null);
    }
  });
  await world.run();
  return world;
}

describe('the hybrid pool', () => {
  it('picks a task up within network latency, by a worker of its type', async () => {
    const world = await run(1, [
      { atMs: 1000, type: 'example', count: 1 },
      { atMs: 2000, type: 'email', count: 1 },
    ]);
    expect(world.eventsOf('started').map(({ worker }) => worker)).toEqual(['app-1/example-1', 'app-1/email-1']);
    const [submitted, started] = [world.timesOf('submitting'), world.timesOf('started')];
    for (const [index, atMs] of started.entries()) expect(atMs - (submitted[index] as number)).toBeLessThan(10);
  });

  it('no type holds up another, and one process runs everything without tokens within its limits', async () => {
    const world = await run(
      1,
      [
        { atMs: 1000, type: 'email', count: 20 },
        { atMs: 1050, type: 'example', count: 3 },
      ],
      { claims: 'type-queue', claimParameters: { take: 'pop', tokens: 'none' } },
    );
    expect(world.eventsOf('finished')).toHaveLength(23);
    expect(
      world.timesOf('finished')[world.eventsOf('finished').findLastIndex(({ type }) => type === 'example')],
    ).toBeLessThan(1600);
    expect(world.violations('concurrency-limit')).toEqual([]);
  });

  it('two processes without tokens break the limit', async () => {
    const world = await run(2, [{ atMs: 1000, type: 'email', count: 20 }], {
      claims: 'type-queue',
      claimParameters: { take: 'pop', tokens: 'none' },
    });
    expect(world.violations('concurrency-limit')).not.toEqual([]);
  });

  it('drop: of what finds no token in two processes, some is never woken for; wait finishes it', async () => {
    const finished = async (whenFull: string) =>
      (await run(2, [{ atMs: 1000, type: 'email', count: 20 }], { parameters: { whenFull } })).eventsOf('finished')
        .length;
    expect(await finished('drop')).toBeLessThan(20);
    expect(await finished('wait')).toBe(20);
  });
});
