import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Parameters } from '../../src/engine/claim.ts';
import { CLAIM_IDS, openQueue, World, workerOf } from '../engine/world.ts';

// Many runs each: slow machines need more than the usual five seconds.
vi.setConfig({ testTimeout: 60_000 });

/** The shard that `email` falls into, for the strategies that bind shards to workers. */
const SHARD_OF_EMAIL = 2;

/** Submits a task, cancels it so many ms later and lets a worker claim it so many ms later, from two other hosts. */
async function race(claims: string, seed: number, cancelMs: number, claimMs: number) {
  const world = new World({ seed });
  const changes: Parameters = claims === 'stream-group' ? { blockMs: 100 } : {};
  let canceled = false;
  let ran = false;
  world.start('client', async (machine) => {
    const { manager } = await openQueue(machine, claims, changes);
    manager.register('email', async () => {});
    await machine.clock.sleep(10);
    await manager.submit('email', null, { id: 't1' });
    await machine.clock.sleep(10 + cancelMs);
    canceled = await manager.cancel('t1');
  });
  world.start('app', async (machine) => {
    const { strategy } = await openQueue(machine, claims, changes);
    await machine.clock.sleep(20 + claimMs);
    const claim = await strategy.claim(workerOf(machine, 'worker-1', { number: SHARD_OF_EMAIL }));
    ran = claim !== undefined;
    await claim?.complete();
  });
  await world.run();
  return { canceled, ran, world };
}

const ms = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('a task is either canceled or run, and cancel tells which', () => {
  it('zpopmin-then-token: however close they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), ms(0, 4), ms(0, 4), async (seed, cancelMs, claimMs) => {
        const { canceled, ran, world } = await race('zpopmin-then-token', seed, cancelMs, claimMs);
        expect(canceled).toBe(!ran);
        expect(world.violations('legal-lifecycle')).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it.each(CLAIM_IDS)('%s: where cancellation and claim are a few round trips apart', async (claims) => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.boolean(), ms(5, 50), async (seed, cancelFirst, apartMs) => {
        const [cancelMs, claimMs] = cancelFirst ? [0, apartMs] : [apartMs, 0];
        const { canceled, ran, world } = await race(claims, seed, cancelMs, claimMs);
        expect({ canceled, ran }).toEqual({ canceled: cancelFirst, ran: !cancelFirst });
        expect(world.violations('legal-lifecycle')).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
