import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/engine/claim.ts';
import { InvalidValueError } from '../../../src/engine/errors.ts';
import { altered, inWorld, openQueue, World } from '../world.ts';
import { claimNext, describeSound, LEASE_MS, processOf, type SoundDesign, workerFor } from './sound.ts';

const DESIGN: SoundDesign = {
  claims: 'reliable-list',
  pool: 'blocking',
  parameters: { leaseMs: LEASE_MS, blockMs: 100 },
  tokensOf: ({ redis, keys }, type) => redis.scard(keys.owners(type)),
};

describeSound(DESIGN);

describe('reliable-list', () => {
  it('a waiting worker gets its task as soon as it is submitted', async () => {
    const world = await inWorld(async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine);
      const worker = workerFor(machine, 'worker-1');
      const waiting = strategy.claim(worker);
      await machine.clock.sleep(50);
      await manager.submit('email', null);
      await (await waiting)?.complete();
      worker.done();
    });
    expect(world.timesOf('claimed')[0]).toBeLessThan(52);
  });

  it('a slot that becomes free goes to a worker that waits for it', async () => {
    const patient = { ...DESIGN, parameters: { leaseMs: LEASE_MS, blockMs: 300 } };
    const world = await inWorld(async (machine) => {
      const { strategy, manager } = await processOf(patient, machine, { limit: 1 });
      const [one, two] = [workerFor(machine, 'worker-1'), workerFor(machine, 'worker-2')];
      for (let count = 0; count < 2; count++) await manager.submit('email', null);
      const first = await strategy.claim(one);
      const second = strategy.claim(two);
      await machine.clock.sleep(100);
      await first?.complete();
      await (await second)?.complete();
      for (const worker of [one, two]) worker.done();
    });
    expect(world.timesOf('claimed')[1]).toBeLessThan(105);
  });

  it('holds limits that only the workers know, though whoever submits knows none', async () => {
    const world = new World();
    world.start('client', async (machine) => {
      const { manager } = await processOf(DESIGN, machine);
      for (let count = 0; count < 5; count++) await manager.submit('email', null);
    });
    world.start('app', async (machine) => {
      const { strategy } = await processOf(DESIGN, machine, { limit: 2 });
      await machine.clock.sleep(10);
      const workers = ['worker-1', 'worker-2', 'worker-3'].map((id) => workerFor(machine, id));
      const claims = await Promise.all(workers.map((worker) => strategy.claim(worker)));
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(2);
      for (const claim of claims) await claim?.complete();
      for (const worker of workers) worker.done();
    });
    await world.run();
  });

  it('a task whose BLMOVE was never answered is found by its worker when it next asks', async () => {
    await inWorld(async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine);
      const worker = workerFor(machine, 'worker-1');
      const deaf = altered(worker.blockingRedis, {
        blmove: async (...args: never[]) => {
          await (worker.blockingRedis.blmove as (...args: unknown[]) => Promise<unknown>).apply(
            worker.blockingRedis,
            args,
          );
          throw new Error('Connection is closed.');
        },
      });
      const waiting = strategy.claim({ ...worker, blockingRedis: deaf }).catch((error: Error) => error.message);
      await machine.clock.sleep(50);
      await manager.submit('email', null, { id: 't1' });
      expect(await waiting).toBe('Connection is closed.');
      const claim = await strategy.claim(worker);
      expect(claim?.task.id).toBe('t1');
      await claim?.complete();
      worker.done();
    });
  });

  it('a worker of the same name that comes up again neither keeps the dead one alive nor takes what it had before its time', async () => {
    const world = new World();
    let life = 0;
    const host = world.start('app', async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine);
      const worker = workerFor(machine, 'worker-1');
      if (life++ === 0) {
        await manager.submit('email', null, { id: 't1' });
        await strategy.claim(worker);
        world.simulation.crash(host);
        return;
      }
      let claim: Claim | undefined;
      while (claim === undefined && world.nowMs < 5000) claim = await claimNext(strategy, worker);
      expect(claim?.task.id).toBe('t1');
      await claim?.complete();
      worker.done();
    });
    world.start('fate', async (machine) => {
      await machine.clock.sleep(100);
      world.simulation.restart(host);
    });
    await world.run();
    expect(world.timesOf('claimed')[1]).toBeGreaterThan(LEASE_MS);
    expect(world.timesOf('claimed')[1]).toBeLessThan(LEASE_MS + 200);
    expect(world.eventsOf('claimed')).toHaveLength(2);
  });

  it('what dead workers had is ready before all others, and keeps its place under the limit', async () => {
    const world = new World();
    const doomed = world.start('doomed', async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine, { limit: 1 });
      for (const id of ['t1', 't2']) await manager.submit('email', null, { id });
      await manager.submit('report', null, { id: 't3' });
      const claim = await strategy.claim(workerFor(machine, 'worker-1'));
      expect(claim?.task.id).toBe('t1');
      world.simulation.crash(doomed);
    });
    world.start('other', async (machine) => {
      const { strategy } = await processOf(DESIGN, machine, { limit: 1 });
      const worker = workerFor(machine, 'worker-2');
      await machine.clock.sleep(LEASE_MS + 10);
      expect(await strategy.recover?.(worker)).toBe(1);
      expect(await strategy.recover?.(worker)).toBe(0);
      expect(await DESIGN.tokensOf(machine, 'email')).toBe(1);
      const ids: (string | undefined)[] = [];
      for (let count = 0; count < 3; count++) {
        const claim = await strategy.claim(worker);
        ids.push(claim?.task.id);
        await claim?.complete();
      }
      expect(ids).toEqual(['t1', 't3', 't2']);
      worker.done();
    });
    await world.run();
    expect(world.violations('no-token-leak')).toEqual([]);
  });

  it('a BLMOVE that is sent again after its worker was thought dead, and dies then, loses nothing', async () => {
    const world = new World();
    const doomed = world.start('doomed', async (machine) => {
      const { strategy } = await processOf(DESIGN, machine, { limit: 1 });
      const worker = workerFor(machine, 'worker-1');
      const cutOff = altered(worker.blockingRedis, {
        blmove: async (...args: never[]) => {
          await machine.clock.sleep(10 * LEASE_MS);
          await (worker.blockingRedis.blmove as (...args: unknown[]) => Promise<unknown>).apply(
            worker.blockingRedis,
            args,
          );
          world.simulation.crash(doomed);
        },
      });
      await strategy.claim({ ...worker, blockingRedis: cutOff });
    });
    world.start('other', async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine, { limit: 1 });
      const worker = workerFor(machine, 'worker-2');
      await machine.clock.sleep(9 * LEASE_MS);
      await strategy.recover?.(worker);
      await machine.clock.sleep(LEASE_MS + 50);
      await manager.submit('email', null, { id: 't1' });
      await machine.clock.sleep(50);
      const claim = await claimNext(strategy, worker);
      expect(claim?.task.id).toBe('t1');
      await claim?.complete();
      expect(await manager.stats()).toMatchObject({ pending: 0, processing: 0, success: 1 });
      expect(await DESIGN.tokensOf(machine, 'email')).toBe(0);
      worker.done();
    });
    await world.run();
  });

  it('forgets a worker that was not heard of for a day, once its list is empty', async () => {
    const world = new World();
    const doomed = world.start('doomed', async (machine) => {
      const { strategy, manager } = await processOf(DESIGN, machine);
      await manager.submit('email', null);
      await strategy.claim(workerFor(machine, 'worker-1'));
      world.simulation.crash(doomed);
    });
    world.start('other', async (machine) => {
      const { strategy } = await processOf(DESIGN, machine);
      const { redis, keys, clock } = machine;
      const worker = workerFor(machine, 'worker-2');
      await clock.sleep(23 * 3_600_000);
      expect(await strategy.recover?.(worker)).toBe(1);
      expect(await redis.zcard(keys.workers)).toBe(1);
      await clock.sleep(2 * 3_600_000);
      expect(await strategy.recover?.(worker)).toBe(0);
      expect(await redis.zcard(keys.workers)).toBe(0);
      worker.done();
    });
    await world.run();
  });

  it('a task that a BLMOVE, sent again, puts behind another goes back at once, and at the next renewal', async () => {
    await inWorld(async (machine) => {
      const { redis, keys, clock } = machine;
      const { strategy, manager } = await processOf(DESIGN, machine);
      const [one, two] = [workerFor(machine, 'worker-1'), workerFor(machine, 'worker-2')];
      const move = (one.blockingRedis.blmove as (...args: unknown[]) => Promise<unknown>).bind(one.blockingRedis);
      let own: string | undefined;
      const twice = altered(one.blockingRedis, {
        blmove: async (...args: never[]) => {
          own = args[1] as string | undefined;
          await move(...args);
          return move(...args);
        },
      });
      const waiting = strategy.claim({ ...one, blockingRedis: twice });
      await clock.sleep(50);
      for (const id of ['t1', 't2', 't3']) await manager.submit('email', null, { id });
      const first = await waiting;
      expect(first?.task.id).toBe('t1');
      const second = await strategy.claim(two);
      expect(second?.task.id).toBe('t2');
      await second?.complete();
      // And now while it runs.
      await move(keys.ready, own, 'LEFT', 'RIGHT', 1);
      expect(await strategy.claim(two)).toBeUndefined();
      await clock.sleep(LEASE_MS / 3);
      const third = await strategy.claim(two);
      expect(third?.task.id).toBe('t3');
      await third?.complete();
      await first?.complete();
      // What it had and never began was an attempt too: nobody takes the next for the first.
      const attempts = ['t1', 't2', 't3'].map((id) => redis.hget(keys.task(id), 'attempt'));
      expect(await Promise.all(attempts)).toEqual(['1', '2', '2']);
      expect(await redis.llen(own ?? '')).toBe(0);
      expect(await manager.stats()).toMatchObject({ pending: 0, processing: 0, success: 3 });
      for (const worker of [one, two]) worker.done();
    });
  });

  it('refuses a wait that its heart would not outlast', async () => {
    await inWorld(async (machine) => {
      await expect(openQueue(machine, 'reliable-list', { leaseMs: 1000, blockMs: 501 })).rejects.toThrow(
        InvalidValueError,
      );
    });
  });
});
