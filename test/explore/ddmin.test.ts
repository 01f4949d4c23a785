import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ddmin } from '../../src/explore/ddmin.ts';

describe('ddmin', () => {
  it('finds exactly the items that are needed together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(60), { maxLength: 40 }),
        fc.infiniteStream(fc.boolean()),
        async (all, coin) => {
          const needed = all.filter(() => coin.next().value);
          expect(await ddmin(all, async (part) => needed.every((item) => part.includes(item)))).toEqual(needed);
        },
      ),
    );
  });

  it('leaves nothing out without which it still fails, whatever failing depends on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.func(fc.boolean()), async (count, chance) => {
        const all = Array.from({ length: count }, (_, index) => index);
        const fails = async (part: readonly number[]) => part.length === count || chance(part.join());
        const least = await ddmin(all, fails);
        expect(least.length === 0 || (await fails(least))).toBe(true);
        for (const item of least) {
          if (least.length > 1) expect(await fails(least.filter((other) => other !== item))).toBe(false);
        }
      }),
    );
  });

  it('finds one of a thousand in a few dozen tries', async () => {
    let asked = 0;
    const all = Array.from({ length: 1000 }, (_, index) => index);
    const least = await ddmin(all, async (part) => {
      asked++;
      return part.includes(700);
    });
    expect(least).toEqual([700]);
    expect(asked).toBeLessThan(50);
  });
});
