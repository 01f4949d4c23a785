import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claim, ClaimStrategy, Parameters, WorkerContext } from '../../../src/engine/claim.ts';
import { InvalidValueError, LeaseLostError } from '../../../src/engine/errors.ts';
import type { RedisClient } from '../../../src/engine/ports.ts';
import { type Handler, runClaim } from '../../../src/engine/worker.ts';
import { altered, inWorld, type Machine, openQueue, type Process, poolOf, World, workerOf } from '../world.ts';

export const TYPES = ['email', 'report'];

/** A design with leases of 600 ms that waits for 100 ms at most. */
export interface SoundDesign {
  readonly claims: string;
  readonly pool: string;
  readonly parameters: Parameters;
  /** How many tokens of a type are out, or places under its limit taken. */
  readonly tokensOf: (machine: Machine, type: string) => Promise<number>;
}

export const LEASE_MS = 600;

/** A process with a handler for each type. */
export async function processOf(
  { claims, parameters }: Pick<SoundDesign, 'claims' | 'parameters'>,
  machine: Machine,
  { handler = async () => {}, limit }: { readonly handler?: Handler; readonly limit?: number } = {},
): Promise<Process> {
  const process = await openQueue(machine, claims, parameters);
  for (const type of TYPES) process.manager.register(type, handler, limit === undefined ? {} : { limit });
  return process;
}

export function workerFor(machine: Machine, id: string): WorkerContext & { done(): void } {
  return workerOf(machine, id, { types: TYPES });
}

/** The next task, once dead workers' tasks were taken back; asked for as a pool does. */
export async function claimNext(strategy: ClaimStrategy, worker: WorkerContext): Promise<Claim | undefined> {
  await strategy.recover?.(worker);
  return strategy.claim(worker);
}

/** A client that sends every other script twice, as one does that did not hear the first answer. */
function resending({ redis, random }: Machine): RedisClient {
  const send = (redis.evalsha as (...args: unknown[]) => Promise<unknown>).bind(redis);
  return altered(redis, {
    evalsha: async (...args: never[]) => {
      if (random.integer(2) === 0) await send(...args);
      return send(...args);
    },
  });
}

/** What every sound design must do, whatever its data structures. */
export function describeSound(design: SoundDesign): void {
  const { claims, pool } = design;
  const poolChanges: Parameters =
    pool === 'polling' ? { intervalMs: 50, recoverIntervalMs: 50 } : { recoverIntervalMs: 50 };

  /** A process that works until the given time, and comes up again after a crash. */
  const app = (world: World, name: string, untilMs: number, handlerMs: number) =>
    world.start(name, async (machine) => {
      const handler: Handler = (_, signal) => machine.clock.sleep(handlerMs, signal);
      const running = poolOf(
        await processOf(design, machine, { handler, limit: 1 }),
        pool,
        [`worker-${name}`],
        poolChanges,
      );
      running.start();
      await machine.clock.sleep(untilMs - world.nowMs);
      await running.stop();
    });

  describe(`${claims}, as all sound designs`, () => {
    it('a worker that dies between any two steps loses nothing, and leaks nothing', async () => {
      // Redis answers in 0.2 ms: each step is hit, and each answer on its way.
      for (let crashMs = 10; crashMs < 14; crashMs += 0.11) {
        const world = new World();
        const doomed = app(world, 'doomed', 3000, 1);
        world.start('client', async (machine) => {
          const { manager } = await processOf(design, machine, { limit: 1 });
          await machine.clock.sleep(10);
          for (const id of ['t1', 't2']) await manager.submit('email', null, { id });
        });
        world.start('fate', async (machine) => {
          await machine.clock.sleep(crashMs);
          world.simulation.crash(doomed);
          await machine.clock.sleep(500);
          world.simulation.restart(doomed);
          await machine.clock.sleep(2500);
          const { manager } = await processOf(design, machine, { limit: 1 });
          expect(await manager.stats()).toMatchObject({ pending: 0, processing: 0, success: 2 });
          expect(await design.tokensOf(machine, 'email')).toBe(0);
        });
        await world.run();
        for (const id of ['no-task-lost', 'legal-lifecycle', 'concurrency-limit'])
          expect(world.violations(id)).toEqual([]);
      }
    });

    it('a handler that lasts for many leases runs once', async () => {
      const world = new World();
      app(world, 'one', 5000, 5 * LEASE_MS);
      app(world, 'two', 5000, 5 * LEASE_MS);
      world.start('client', async (machine) => {
        await (await processOf(design, machine, { limit: 1 })).manager.submit('email', null);
      });
      await world.run();
      expect(world.eventsOf('finished').map(({ outcome }) => outcome)).toEqual(['success']);
      for (const id of ['no-duplicate-execution', 'no-token-leak', 'legal-lifecycle'])
        expect(world.violations(id)).toEqual([]);
    });

    it('of a worker that stood still for longer than its lease, what it says does not count', async () => {
      const world = new World();
      const frozen = app(world, 'frozen', 4000, 100);
      world.start('client', async (machine) => {
        const { manager } = await processOf(design, machine, { limit: 1 });
        await machine.clock.sleep(10);
        await manager.submit('email', null, { id: 't1' });
        await machine.clock.sleep(100);
        world.simulation.pause(frozen, 3 * LEASE_MS * 1000);
        app(world, 'other', 4000, 100);
        await machine.clock.sleep(3500);
        expect(await manager.stats()).toMatchObject({ pending: 0, processing: 0, success: 1 });
        expect(await design.tokensOf(machine, 'email')).toBe(0);
      });
      await world.run();
      expect(world.eventsOf('started').map(({ worker }) => worker)).toEqual(['worker-frozen', 'worker-other']);
      expect(world.eventsOf('conflict')).toEqual([
        { kind: 'conflict', over: 'lease', task: 't1', worker: 'worker-frozen' },
      ]);
      expect(world.eventsOf('status').filter(({ to }) => to === 'success')).toHaveLength(1);
      for (const id of ['no-token-leak', 'legal-lifecycle']) expect(world.violations(id)).toEqual([]);
    });

    it('a worker that cannot renew stops its handler before the lease can end, and gives the task back', async () => {
      const world = await inWorld(async (machine) => {
        let isDown = false;
        const dead =
          (call: (...args: unknown[]) => Promise<unknown>) =>
          (...args: unknown[]) =>
            isDown ? new Promise(() => {}) : call.apply(machine.redis, args);
        const redis = altered(machine.redis, {
          evalsha: dead(machine.redis.evalsha as never),
          eval: dead(machine.redis.eval as never),
        });
        const { strategy, manager } = await processOf(design, { ...machine, redis });
        await manager.submit('email', null, { id: 't1' });
        const worker = workerFor(machine, 'worker-1');
        const claim = (await strategy.claim(worker)) as Claim;
        const claimedMs = machine.clock.now();
        isDown = true;
        let heard: unknown;
        const handler: Handler = async (_, signal) => {
          await machine.clock.sleep(10_000, signal).catch((reason) => {
            heard = reason;
          });
          expect(machine.clock.now() - claimedMs).toBeLessThan(LEASE_MS);
          isDown = false;
          throw heard;
        };
        await runClaim(claim, handler, worker.id, machine);
        expect(heard).toBeInstanceOf(LeaseLostError);
        const again = (await claimNext(strategy, worker)) as Claim;
        expect(again.task.id).toBe('t1');
        await again.complete();
        worker.done();
      });
      expect(world.eventsOf('finished').map(({ outcome }) => outcome)).toEqual(['interrupted']);
      expect(world.violations('legal-lifecycle')).toEqual([]);
    });

    it('a submission that is sent again changes nothing, be the task waiting, running or done', async () => {
      await inWorld(async (machine) => {
        const { strategy, manager } = await processOf(design, machine);
        const submit = () => manager.submit('email', null, { id: 't1' });
        await submit();
        await submit();
        expect(await manager.stats()).toMatchObject({ pending: 1 });
        const worker = workerFor(machine, 'worker-1');
        const claim = await strategy.claim(worker);
        await submit();
        expect(await manager.stats()).toMatchObject({ pending: 0, processing: 1 });
        await claim?.complete();
        await submit();
        expect(await manager.stats()).toMatchObject({ pending: 0, processing: 0, success: 1 });
        expect(await strategy.claim(worker)).toBeUndefined();
        worker.done();
      });
    });

    it('over a client that sends every other script twice, each task still ends once', async () => {
      const world = new World();
      world.start('app', async (machine) => {
        const process = await processOf(design, { ...machine, redis: resending(machine) }, { limit: 2 });
        for (const type of TYPES) for (let count = 0; count < 3; count++) await process.manager.submit(type, null);
        const running = poolOf(process, pool, ['worker-1', 'worker-2'], poolChanges);
        running.start();
        await machine.clock.sleep(20 * LEASE_MS);
        await running.stop();
        expect(await process.manager.stats()).toMatchObject({ pending: 0, processing: 0, success: 6 });
      });
      await world.run();
      for (const id of ['no-task-lost', 'no-token-leak', 'legal-lifecycle', 'concurrency-limit']) {
        expect(world.violations(id)).toEqual([]);
      }
    });

    it('a full type holds up no other', async () => {
      await inWorld(async (machine) => {
        const { strategy, manager } = await processOf(design, machine, { limit: 1 });
        for (let count = 0; count < 3; count++) await manager.submit('email', null);
        await manager.submit('report', null);
        const workers = ['worker-1', 'worker-2', 'worker-3'].map((id) => workerFor(machine, id));
        const taken = [];
        for (const worker of workers) taken.push(await strategy.claim(worker));
        expect(taken.map((claim) => claim?.task.type).sort()).toEqual(['email', 'report', undefined]);
        for (const claim of taken) await claim?.complete();
        for (const worker of workers) worker.done();
      });
    });

    it('a task is either canceled or run, however close they come', async () => {
      const ms = fc.noBias(fc.integer({ min: 0, max: 2000 })).map((us) => us / 1000);
      await fc.assert(
        fc.asyncProperty(ms, ms, async (cancelMs, claimMs) => {
          const world = new World();
          let canceled = false;
          let ran = false;
          world.start('client', async (machine) => {
            const { manager } = await processOf(design, machine);
            await manager.submit('email', null, { id: 't1' });
            await machine.clock.sleep(10 + cancelMs);
            canceled = await manager.cancel('t1');
          });
          world.start('app', async (machine) => {
            const { strategy } = await processOf(design, machine);
            await machine.clock.sleep(10 + claimMs);
            const worker = workerFor(machine, 'worker-1');
            const claim = await strategy.claim(worker);
            ran = claim !== undefined;
            await claim?.complete();
            worker.done();
          });
          await world.run();
          expect(canceled).toBe(!ran);
          expect(world.violations('legal-lifecycle')).toEqual([]);
        }),
        { numRuns: 60 },
      );
    });

    it('a claim that is given back goes to another worker, as a new attempt', async () => {
      const world = await inWorld(async (machine) => {
        const { strategy, manager } = await processOf(design, machine, { limit: 1 });
        await manager.submit('email', null, { id: 't1' });
        const [one, two] = [workerFor(machine, 'worker-1'), workerFor(machine, 'worker-2')];
        const first = await strategy.claim(one);
        await first?.release();
        const second = await strategy.claim(two);
        expect(second?.task.id).toBe('t1');
        // The first claim has no say any more.
        await first?.complete();
        expect((await manager.get('t1'))?.status).toBe('processing');
        await second?.fail(new Error('broken'));
        expect(await manager.stats()).toMatchObject({ failed: 1, pending: 0, processing: 0 });
        for (const worker of [one, two]) worker.done();
      });
      expect(world.eventsOf('token-acquired').map(({ token }) => token)).toEqual(['t1:1', 't1:2']);
      for (const id of ['no-token-leak', 'legal-lifecycle']) expect(world.violations(id)).toEqual([]);
    });

    it('after a limit was lowered, tasks of more dead workers than it now allows are run all the same', async () => {
      const world = new World();
      const doomed = world.start('doomed', async (machine) => {
        const { strategy, manager } = await processOf(design, machine, { limit: 3 });
        for (let count = 0; count < 3; count++) await manager.submit('email', null);
        for (const id of ['worker-1', 'worker-2', 'worker-3']) await strategy.claim(workerFor(machine, id));
        world.simulation.crash(doomed);
      });
      world.start('heir', async (machine) => {
        const { strategy, manager } = await processOf(design, machine, { limit: 1 });
        const worker = workerFor(machine, 'worker-4');
        await machine.clock.sleep(LEASE_MS + 10);
        for (let count = 0; count < 3; count++) {
          const claim = await claimNext(strategy, worker);
          expect(claim).toBeDefined();
          await claim?.complete();
        }
        expect(await manager.stats()).toMatchObject({ pending: 0, processing: 0, success: 3 });
        worker.done();
      });
      await world.run();
      expect(world.violations('no-token-leak')).toEqual([]);
    });

    it('a clock that steps backwards while a claim is asked for postpones nothing', async () => {
      await inWorld(async (machine, world) => {
        let isDown = false;
        const redis = altered(machine.redis, {
          evalsha: (...args: never[]) =>
            isDown
              ? new Promise(() => {})
              : (machine.redis.evalsha as (...args: unknown[]) => Promise<unknown>).apply(machine.redis, args),
        });
        const { strategy, manager } = await processOf(design, { ...machine, redis });
        await manager.submit('email', null);
        const worker = workerFor(machine, 'worker-1');
        const askedMs = world.nowMs;
        const asked = strategy.claim(worker);
        await machine.clock.sleep(0.1);
        machine.host.jumpClock(-60_000);
        const claim = (await asked) as Claim;
        // Renewed on time, and stopped on time once nobody answers.
        await machine.clock.sleep(LEASE_MS * 1.5, claim.lost);
        isDown = true;
        const stopped = machine.clock.sleep(10 * LEASE_MS, claim.lost).catch((reason: unknown) => reason);
        expect(await stopped).toBeInstanceOf(LeaseLostError);
        expect(world.nowMs - askedMs).toBeLessThan(2.5 * LEASE_MS);
        isDown = false;
        await claim.release();
        worker.done();
      });
    });

    it('a settlement that Redis refuses is sent again while the lease lasts: the task runs once', async () => {
      const world = new World();
      let refusals = 0;
      world.start('app', async (machine) => {
        const send = (machine.redis.evalsha as (...args: unknown[]) => Promise<unknown>).bind(machine.redis);
        const refusing = altered(machine.redis, {
          evalsha: async (...args: unknown[]) => {
            if (args.at(-1) === 'success' && refusals++ < 3) {
              // The first is refused, the second carried out and not answered.
              if (refusals === 2) await send(...args).catch(() => {});
              throw new Error('LOADING Redis is loading the dataset in memory');
            }
            return send(...args);
          },
        });
        const process = await processOf(design, { ...machine, redis: refusing }, { limit: 1 });
        await process.manager.submit('email', null, { id: 't1' });
        const running = poolOf(process, pool, ['worker-1', 'worker-2'], poolChanges);
        running.start();
        await machine.clock.sleep(5 * LEASE_MS);
        await running.stop();
        expect(await process.manager.stats()).toMatchObject({ pending: 0, processing: 0, success: 1 });
      });
      await world.run();
      expect(refusals).toBeGreaterThan(3);
      expect(world.eventsOf('started')).toHaveLength(1);
      expect(world.eventsOf('settle-failed')).toEqual([]);
      for (const id of ['no-token-leak', 'legal-lifecycle']) expect(world.violations(id)).toEqual([]);
    });

    it('a settlement that Redis refuses for ever is given up before the lease is over', async () => {
      await inWorld(async (machine, world) => {
        const send = (machine.redis.evalsha as (...args: unknown[]) => Promise<unknown>).bind(machine.redis);
        const redis = altered(machine.redis, {
          evalsha: async (...args: unknown[]) => {
            if (args.at(-1) === 'success') throw new Error('OOM command not allowed');
            return send(...args);
          },
        });
        const { strategy, manager } = await processOf(design, { ...machine, redis });
        await manager.submit('email', null);
        const worker = workerFor(machine, 'worker-1');
        const claim = await strategy.claim(worker);
        const endedMs = world.nowMs;
        await expect(claim?.complete()).rejects.toThrow('OOM');
        expect(world.nowMs - endedMs).toBeLessThan(LEASE_MS);
        worker.done();
      });
    });

    it('refuses a lease that is too short to be answered in time', async () => {
      await inWorld(async (machine) => {
        const lease = 'claimIdleMs' in design.parameters ? 'claimIdleMs' : 'leaseMs';
        const open = (leaseMs: number) => openQueue(machine, claims, { [lease]: leaseMs, blockMs: 10 });
        for (const leaseMs of [0.5, 99, Number.NaN]) await expect(open(leaseMs)).rejects.toThrow(InvalidValueError);
        await open(100);
      });
    });
  });
}
