import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConcurrencyLimiter, TOKEN_TTL_MS, type Token } from '../../src/engine/concurrency-limiter.ts';
import { InvalidValueError } from '../../src/engine/errors.ts';
import { inWorld, World } from './world.ts';

describe('ConcurrencyLimiter', () => {
  it('never gives out more unexpired tokens than the limit, however many ask at once from however many hosts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.integer(),
        async (limit, hosts, seed) => {
          const world = new World({ seed });
          let held = 0;
          let most = 0;
          for (const [place, holdsMs] of hosts.entries()) {
            world.start(`app-${place}`, async ({ limiter, clock }) => {
              limiter.setLimit('email', limit);
              const use = async (holdMs: number) => {
                const token = await limiter.acquire('email');
                if (token === undefined) return;
                most = Math.max(most, ++held);
                await clock.sleep(holdMs);
                held--;
                await limiter.release(token);
              };
              await Promise.all(holdsMs.map(use));
            });
          }
          await world.run();
          expect(most).toBeGreaterThanOrEqual(1);
          expect(most).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives exactly as many tokens as the limit to callers of one moment', async () => {
    await inWorld(async ({ limiter }) => {
      limiter.setLimit('email', 3);
      const tokens = await Promise.all(Array.from({ length: 10 }, () => limiter.acquire('email')));
      expect(tokens.filter((token) => token !== undefined)).toHaveLength(3);
      expect(await limiter.inUse('email')).toBe(3);
    });
  });

  it('keeps the types apart', async () => {
    await inWorld(async ({ limiter }) => {
      limiter.setLimit('email', 1);
      limiter.setLimit('example', 1);
      expect(await limiter.acquire('email')).toBeDefined();
      expect(await limiter.acquire('example')).toBeDefined();
      expect(await limiter.acquire('email')).toBeUndefined();
    });
  });

  it('a token that is never given back ends by itself, to the millisecond', async () => {
    await inWorld(
      async ({ limiter, clock }) => {
        limiter.setLimit('email', 1);
        await limiter.acquire('email');
        await clock.sleep(4_990);
        expect(await limiter.acquire('email')).toBeUndefined();
        await clock.sleep(10);
        expect(await limiter.acquire('email')).toBeDefined();
      },
      { tokenTtlMs: 5_000 },
    );
  });

  it('lives a minute where nothing else was said, as documented', () => {
    expect(TOKEN_TTL_MS).toBe(60_000);
  });

  it('a raised limit lets more in at once; a lowered one takes nothing from those who hold a token', async () => {
    await inWorld(async ({ limiter }) => {
      limiter.setLimit('email', 1);
      const first = await limiter.acquire('email');
      expect(await limiter.acquire('email')).toBeUndefined();
      limiter.setLimit('email', 2);
      const second = await limiter.acquire('email');
      expect(second).toBeDefined();
      limiter.setLimit('email', 1);
      expect(await limiter.inUse('email')).toBe(2);
      await limiter.release(first as Token);
      expect(await limiter.acquire('email')).toBeUndefined();
      await limiter.release(second as Token);
      expect(await limiter.acquire('email')).toBeDefined();
    });
  });

  it('giving a token back twice frees one place, and says the second time that it was not held', async () => {
    const world = await inWorld(async ({ limiter }) => {
      limiter.setLimit('email', 2);
      const token = await limiter.acquire('email');
      await limiter.acquire('email');
      await limiter.release(token as Token);
      await limiter.release(token as Token);
      expect(await limiter.inUse('email')).toBe(1);
    });
    expect(world.eventsOf('token-released').map(({ held }) => held)).toEqual([true, false]);
  });

  it('asks nobody for a type without a limit', async () => {
    const world = await inWorld(async ({ limiter }) => {
      const tokens = await Promise.all(Array.from({ length: 20 }, () => limiter.acquire('free')));
      for (const token of tokens) await limiter.release(token as Token);
      expect(limiter.limit('free')).toBe(Number.POSITIVE_INFINITY);
    });
    expect(world.redis.server.commandsRun).toBe(0);
    expect(world.history.events).toEqual([]);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d as a limit', async (limit) => {
    await inWorld(async (machine) => {
      const limiter = new ConcurrencyLimiter(machine, machine.keys);
      expect(() => limiter.setLimit('email', limit)).toThrow(InvalidValueError);
      expect(() => limiter.setLimit('email', limit)).toThrow(`must be a whole number above 0, not ${limit}`);
    });
  });
});
