import { describe, expect, it } from 'vitest';
import type { Parameters } from '../../src/engine/claim.ts';
import { openQueue, poolOf, World } from './world.ts';

/**
 * Two processes of one worker each; the first takes the one task that there is, and its host dies in the middle of the handler.
 * @param restartMs when its host comes up again
 */
async function crashMidHandler(
  design: { claims: string; pool: string; claimParameters?: Parameters; poolParameters?: Parameters },
  restartMs?: number,
): Promise<World> {
  const world = new World();
  const process = (name: string, fromMs: number) =>
    world.start(name, async (machine) => {
      const queue = await openQueue(machine, design.claims, design.claimParameters);
      queue.manager.register('email', () => machine.clock.sleep(1000), { limit: 1 });
      if (world.nowMs < fromMs) await machine.clock.sleep(fromMs);
      const pool = poolOf(queue, design.pool, [`worker-${name}`], design.poolParameters);
      pool.start();
      await machine.clock.sleep(200_000 - world.nowMs);
      await pool.stop();
    });
  const doomed = process('doomed', 0);
  process('survivor', 550);
  world.start('client', async (machine) => {
    const { manager } = await openQueue(machine, design.claims, design.claimParameters);
    manager.register('email', async () => {});
    await machine.clock.sleep(10);
    await manager.submit('email', null, { id: 't1' });
    await machine.clock.sleep(490);
    world.simulation.crash(doomed);
    if (restartMs === undefined) return;
    await machine.clock.sleep(restartMs - 500);
    world.simulation.restart(doomed);
  });
  await world.run();
  return world;
}

const STREAM = { claims: 'stream-group', pool: 'blocking' };
const POLLS = { pool: 'polling', poolParameters: { intervalMs: 400 } };

describe('a worker whose host dies in the middle of a handler', () => {
  it('stream-group: another worker claims the task back and runs it to the end', async () => {
    const world = await crashMidHandler(STREAM);
    expect(world.eventsOf('started').map(({ worker }) => worker)).toEqual(['worker-doomed', 'worker-survivor']);
    expect(world.eventsOf('finished').map(({ worker, outcome }) => [worker, outcome])).toEqual([
      ['worker-survivor', 'success'],
    ]);
    expect(world.eventsOf('recovered')).toHaveLength(1);
    expect(world.violations('no-task-lost')).toEqual([]);
    expect(world.violations('concurrency-limit')).toEqual([]);
  });

  it('stream-group: the second run is a duplicate execution, as under any at-least-once delivery', async () => {
    const world = await crashMidHandler(STREAM);
    expect(world.violations('no-duplicate-execution')).toEqual([
      expect.stringMatching(
        /^t1 \(email\) was started by worker-doomed .* again by worker-survivor .* never having finished$/,
      ),
    ]);
  });

  it('stream-group: nothing of the dead host goes on after its restart, but its new life works', async () => {
    const world = await crashMidHandler(STREAM, 600);
    expect(world.eventsOf('worker-started').filter(({ worker }) => worker === 'worker-doomed')).toHaveLength(2);
    expect(world.eventsOf('finished')).toHaveLength(1);
    expect(world.violations('no-task-lost')).toEqual([]);
  });

  it.each(['single-queue-lock', 'random-offset-lock', 'zpopmin-then-token'])(
    '%s: the task is stranded, as nothing returns it to the queue',
    async (claims) => {
      const world = await crashMidHandler({ ...POLLS, claims }, 600);
      expect(world.eventsOf('started').map(({ worker }) => worker)).toEqual(['worker-doomed']);
      expect(world.eventsOf('finished')).toEqual([]);
      expect(world.violations('no-task-lost')).toEqual([
        expect.stringMatching(/^t1 \(email\) was started by worker-doomed at .* and never finished$/),
      ]);
    },
  );

  it('single-queue-lock, head stays: the task runs again once lock and token of the dead have ended', async () => {
    const claimParameters = { headLeaves: 'on-completion', lockTtlMs: 30_000 };
    const world = await crashMidHandler({ ...POLLS, claims: 'single-queue-lock', claimParameters });
    expect(world.eventsOf('finished').map(({ worker }) => worker)).toEqual(['worker-survivor']);
    expect(world.timesOf('finished')[0]).toBeGreaterThan(60_000);
    expect(world.violations('no-task-lost')).toEqual([]);
  });

  it.each([STREAM, { ...POLLS, claims: 'single-queue-lock' }])(
    '$claims: the token of the dead was never given back',
    async (design) => {
      const world = await crashMidHandler(design);
      expect(world.violations('no-token-leak')).toHaveLength(1);
    },
  );
});
