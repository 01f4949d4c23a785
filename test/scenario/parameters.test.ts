import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLAIMS } from '../../src/engine/claims/index.ts';
import { POOLS } from '../../src/engine/pools/index.ts';
import { scaleDurations, withDefaults } from '../../src/scenario/parameters.ts';
import { UsageError } from '../../src/scenario/usage-error.ts';

const design = {
  id: 'some-design',
  defaults: { intervalMs: 1000, places: 10, phases: 'aligned', eager: false },
  choices: { phases: ['aligned', 'staggered'] },
};

describe('parameters of a design', () => {
  it('are as documented where a scenario changes nothing', () => {
    for (const each of [...CLAIMS, ...POOLS]) expect(withDefaults(each)).toEqual(each.defaults);
  });

  it('take a scenario’s changes', () => {
    expect(withDefaults(design, { intervalMs: 5, phases: 'staggered' })).toEqual({
      intervalMs: 5,
      places: 10,
      phases: 'staggered',
      eager: false,
    });
  });

  it.each([
    [{ interval: 5 }, "some-design has no parameter 'interval'; it has: intervalMs, places, phases, eager"],
    [{ toString: 5 }, "some-design has no parameter 'toString'; it has: intervalMs, places, phases, eager"],
    [{ intervalMs: '5' }, 'some-design: parameter \'intervalMs\' must be a number, not "5"'],
    [{ eager: 1 }, "some-design: parameter 'eager' must be a boolean, not 1"],
    [{ phases: 'random' }, "some-design: parameter 'phases' must be 'aligned' or 'staggered', not \"random\""],
    [{ intervalMs: 0 }, "some-design: parameter 'intervalMs' must be from 1 to 86400000 (a day, in ms), not 0"],
    [
      { intervalMs: 0.0001 },
      "some-design: parameter 'intervalMs' must be from 1 to 86400000 (a day, in ms), not 0.0001",
    ],
    [{ intervalMs: 1e99 }, "some-design: parameter 'intervalMs' must be from 1 to 86400000 (a day, in ms), not 1e+99"],
    [{ places: -1 }, "some-design: parameter 'places' must be a whole number from 0 to 1000000000, not -1"],
    [{ places: 1.5 }, "some-design: parameter 'places' must be a whole number from 0 to 1000000000, not 1.5"],
  ])('refuse %o', (changes, message) => {
    expect(() => withDefaults(design, changes)).toThrow(new UsageError(message));
  });

  it('a design without parameters says that it has none', () => {
    expect(() => withDefaults({ id: 'bare', defaults: {} }, { lockTtlMs: 1 })).toThrow(
      "bare has no parameter 'lockTtlMs'; it has: none",
    );
  });
});

describe('a shortened clock', () => {
  it('shortens durations, and nothing else', () => {
    expect(scaleDurations({ intervalMs: 1000, maxLength: 1000, trim: 'exact', eager: true }, 0.01)).toEqual({
      intervalMs: 10,
      maxLength: 1000,
      trim: 'exact',
      eager: true,
    });
  });

  it('leaves everything as it is at true time', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (value) => {
        expect(scaleDurations({ blockMs: value }, 1)).toEqual({ blockMs: value });
      }),
    );
  });

  it('gives whole milliseconds, and never turns a duration into 0, which means "for ever"', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.001, max: 0.999, noNaN: true }), (ms, scale) => {
        const { blockMs } = scaleDurations({ blockMs: ms }, scale) as { blockMs: number };
        expect(Number.isInteger(blockMs)).toBe(true);
        expect(blockMs).toBeGreaterThanOrEqual(1);
        expect(Math.abs(blockMs - ms * scale)).toBeLessThanOrEqual(1);
      }),
    );
    expect(scaleDurations({ blockMs: 0 }, 0.5)).toEqual({ blockMs: 0 });
  });
});
