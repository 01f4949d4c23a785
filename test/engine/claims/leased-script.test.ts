import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/engine/claim.ts';
import type { Task } from '../../../src/engine/task.ts';
import { inWorld, World } from '../world.ts';
import { claimNext, describeSound, LEASE_MS, processOf, type SoundDesign, workerFor } from './sound.ts';

const DESIGN: SoundDesign = {
  claims: 'leased-script',
  pool: 'polling',
  parameters: { leaseMs: LEASE_MS },
  tokensOf: ({ redis, keys }, type) => redis.zcard(keys.leases(type)),
};

describeSound(DESIGN);

describe('leased-script', () => {
  it('claims by priority, then age; what is given back gets its place again', async () => {
    await inWorld(async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine);
      for (const [id, priority] of [
        ['old', 0],
        ['young', 0],
        ['urgent', 1],
      ] as const) {
        await machine.clock.sleep(1);
        await manager.submit('email', null, { id, priority });
      }
      const worker = workerFor(machine, 'worker-1');
      await (await strategy.claim(worker))?.release();
      const ids: (string | undefined)[] = [];
      for (let count = 0; count < 3; count++) {
        const claim = await strategy.claim(worker);
        ids.push(claim?.task.id);
        await claim?.complete();
      }
      expect(ids).toEqual(['urgent', 'old', 'young']);
    });
  });

  it('asks its types in turn, so that none starves behind another', async () => {
    await inWorld(async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine);
      for (const type of ['email', 'email', 'report', 'report']) await manager.submit(type, null);
      const types: (string | undefined)[] = [];
      for (let count = 0; count < 4; count++) {
        const claim = await strategy.claim(workerFor(machine, 'worker-1'));
        types.push(claim?.task.type);
        await claim?.complete();
      }
      expect(types).toEqual(['email', 'report', 'email', 'report']);
    });
  });

  it('a dead worker keeps its type full only until its lease ends: the next claim takes back and takes', async () => {
    const world = new World();
    const doomed = world.start('doomed', async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine, { limit: 1 });
      await manager.submit('email', null, { id: 't1' });
      await strategy.claim(workerFor(machine, 'worker-1'));
      world.simulation.crash(doomed);
    });
    world.start('other', async (machine) => {
      const { strategy } = await processOf(DESIGN, machine, { limit: 1 });
      const worker = workerFor(machine, 'worker-2');
      await machine.clock.sleep(LEASE_MS - 10);
      expect(await claimNext(strategy, worker)).toBeUndefined();
      await machine.clock.sleep(20);
      const claim = (await strategy.claim(worker)) as Claim;
      expect(claim.task.id).toBe('t1');
      await claim.complete();
    });
    await world.run();
    expect(world.eventsOf('recovered')).toEqual([{ kind: 'recovered', task: 't1', worker: 'worker-2' }]);
    expect(world.violations('no-token-leak')).toEqual([]);
  });

  it('two that take back at once do so once', async () => {
    const world = new World();
    const doomed = world.start('doomed', async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine);
      for (let count = 0; count < 3; count++) await manager.submit('email', null);
      for (let count = 0; count < 3; count++) await strategy.claim(workerFor(machine, 'worker-1'));
      world.simulation.crash(doomed);
    });
    const counts: (number | undefined)[] = [];
    for (const name of ['one', 'two']) {
      world.start(name, async (machine) => {
        const { strategy, manager } = await processOf(DESIGN, machine);
        await machine.clock.sleep(LEASE_MS + 10);
        counts.push(await strategy.recover?.(workerFor(machine, name)));
        expect(await manager.stats()).toMatchObject({ pending: 3, processing: 0 });
      });
    }
    await world.run();
    expect(counts.sort()).toEqual([0, 3]);
  });

  it('what was taken back already is not given back once more', async () => {
    const world = new World();
    const frozen = world.start('frozen', async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine);
      await manager.submit('email', null, { id: 't1' });
      const claim = await strategy.claim(workerFor(machine, 'worker-1'));
      await machine.clock.sleep(10);
      await claim?.release();
    });
    world.start('other', async (machine) => {
      const { strategy } = await processOf(DESIGN, machine);
      await machine.clock.sleep(5);
      world.simulation.pause(frozen, 2 * LEASE_MS * 1000);
      await machine.clock.sleep(LEASE_MS);
      expect(await strategy.recover?.(workerFor(machine, 'worker-2'))).toBe(1);
    });
    await world.run();
    expect(world.eventsOf('status').map(({ to }) => to)).toEqual(['processing', 'pending']);
    expect(world.eventsOf('conflict').map(({ over }) => over)).toEqual(['lease']);
  });

  it('a queued task whose record somebody deleted is passed over, and cannot be canceled', async () => {
    await inWorld(async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine);
      for (const id of ['t1', 't2', 't3', 't4']) await manager.submit('email', null, { id });
      const canceled = (await manager.get('t1')) as Task;
      for (const id of ['t1', 't2', 't3']) await machine.redis.del(machine.keys.task(id));
      expect(await strategy.withdraw(canceled)).toBe(false);
      expect((await strategy.claim(workerFor(machine, 'worker-1')))?.task.id).toBe('t4');
    });
  });
});
