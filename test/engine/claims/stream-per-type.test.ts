import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/engine/claim.ts';
import { inWorld, World } from '../world.ts';
import { describeSound, LEASE_MS, processOf, type SoundDesign, workerFor } from './sound.ts';

const DESIGN: SoundDesign = {
  claims: 'stream-per-type',
  pool: 'blocking',
  parameters: { claimIdleMs: LEASE_MS, blockMs: 100 },
  tokensOf: ({ redis, keys }, type) => redis.zcard(keys.leases(type)),
};

describeSound(DESIGN);

const PATIENT = { ...DESIGN, parameters: { claimIdleMs: LEASE_MS, blockMs: 5000 } };

describe('stream-per-type', () => {
  it('of three workers that wait, a task wakes one, and two more wake the others', async () => {
    const world = await inWorld(async (machine) => {
      const { strategy, manager } = await processOf(PATIENT, machine);
      const workers = ['worker-1', 'worker-2', 'worker-3'].map((id) => workerFor(machine, id));
      const waiting = workers.map((worker) => strategy.claim(worker));
      await machine.clock.sleep(100);
      await manager.submit('email', null);
      await machine.clock.sleep(10);
      await Promise.all([manager.submit('email', null), manager.submit('report', null)]);
      for (const claim of await Promise.all(waiting)) await claim?.complete();
      for (const worker of workers) worker.done();
    });
    expect(world.timesOf('claimed').map(Math.floor)).toEqual([100, 111, 111]);
    expect(world.eventsOf('empty-poll')).toEqual([]);
  });

  it('a batch wakes as many as wait: each that takes a task wakes the next', async () => {
    const world = await inWorld(async (machine) => {
      const { strategy, manager } = await processOf(PATIENT, machine);
      for (let count = 0; count < 5; count++) await manager.submit('email', null);
      // One signal is there for all five.
      expect(await machine.redis.llen(machine.keys.wakeup('email'))).toBe(1);
      const workers = ['worker-1', 'worker-2', 'worker-3', 'worker-4', 'worker-5'].map((id) => workerFor(machine, id));
      for (const claim of await Promise.all(workers.map((worker) => strategy.claim(worker)))) await claim?.complete();
      for (const worker of workers) worker.done();
    });
    expect(world.timesOf('claimed').at(-1)).toBeLessThan(10);
  });

  it('a slot that becomes free wakes a worker that waits for it', async () => {
    const world = await inWorld(async (machine) => {
      const { strategy, manager } = await processOf(PATIENT, machine, { limit: 1 });
      await manager.submit('email', null);
      await manager.submit('email', null);
      const [one, two] = [workerFor(machine, 'worker-1'), workerFor(machine, 'worker-2')];
      const first = await strategy.claim(one);
      const second = strategy.claim(two);
      await machine.clock.sleep(300);
      await first?.complete();
      await (await second)?.complete();
      for (const worker of [one, two]) worker.done();
    });
    expect(world.timesOf('claimed')[1]).toBeLessThan(303);
  });

  it('an entry that is being worked on is never idle for long, and is deleted with its acknowledgement', async () => {
    await inWorld(async (machine) => {
      const { redis, keys, clock } = machine;
      const { strategy, manager } = await processOf(DESIGN, machine);
      await manager.submit('email', null);
      const worker = workerFor(machine, 'worker-1');
      const claim = await strategy.claim(worker);
      for (let count = 0; count < 20; count++) {
        await clock.sleep(97);
        const [[, consumer, idleMs] = []] = (await redis.xpending(
          keys.typeStream('email'),
          'workers',
          '-',
          '+',
          10,
        )) as [string, string, number][];
        expect(consumer).toBe('worker-1');
        expect(idleMs).toBeLessThanOrEqual(LEASE_MS / 3 + 1);
      }
      await claim?.complete();
      expect(await redis.xlen(keys.typeStream('email'))).toBe(0);
      expect(await redis.xpending(keys.typeStream('email'), 'workers', '-', '+', 10)).toEqual([]);
      worker.done();
    });
  });

  it('an entry that somebody deleted while its worker died ends as failed, reported, and is not looked at again', async () => {
    const world = new World();
    const doomed = world.start('doomed', async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine);
      await manager.submit('email', null, { id: 't1' });
      await strategy.claim(workerFor(machine, 'worker-1'));
      const [[entry] = ['']] = await machine.redis.xrange(machine.keys.typeStream('email'), '-', '+');
      await machine.redis.xdel(machine.keys.typeStream('email'), entry);
      world.simulation.crash(doomed);
    });
    world.start('other', async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine);
      const worker = workerFor(machine, 'worker-2');
      await machine.clock.sleep(LEASE_MS + 10);
      expect(await strategy.claim(worker)).toBeUndefined();
      expect(await strategy.claim(worker)).toBeUndefined();
      expect(await manager.stats()).toMatchObject({ failed: 1, pending: 0, processing: 0 });
      expect(await DESIGN.tokensOf(machine, 'email')).toBe(0);
      worker.done();
    });
    await world.run();
    expect(world.eventsOf('vanished')).toEqual([{ kind: 'vanished', task: 't1', worker: 'worker-2' }]);
    for (const id of ['no-token-leak', 'legal-lifecycle']) expect(world.violations(id)).toEqual([]);
  });

  it('takes over one at a time, and only what it can run at once', async () => {
    const world = new World();
    const doomed = world.start('doomed', async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine, { limit: 2 });
      for (const id of ['t1', 't2', 't3']) await manager.submit('email', null, { id });
      for (const id of ['worker-1', 'worker-2']) await strategy.claim(workerFor(machine, id));
      world.simulation.crash(doomed);
    });
    world.start('other', async (machine) => {
      const { strategy } = await processOf(DESIGN, machine, { limit: 2 });
      const worker = workerFor(machine, 'worker-3');
      await machine.clock.sleep(LEASE_MS + 10);
      const taken: string[] = [];
      for (let count = 0; count < 3; count++) {
        const claim = (await strategy.claim(worker)) as Claim;
        taken.push(claim.task.id);
        expect(world.eventsOf('recovered')).toHaveLength(Math.min(2, count + 1));
        await claim.complete();
      }
      expect(taken).toEqual(['t1', 't2', 't3']);
      worker.done();
    });
    await world.run();
  });
});
