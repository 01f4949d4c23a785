import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/simulation/random-stream.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

const DRAWS = 20_000;
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const draws = (stream: RandomStream, count: number): number[] => Array.from({ length: count }, () => stream.next());

describe('a random stream', () => {
  test('gives the same numbers for the same seed and name', () => {
    fc.assert(
      fc.property(seeds, fc.string(), (seed, name) => {
        expect(draws(new RandomStream(seed, name), 5)).toEqual(draws(new RandomStream(seed, name), 5));
      }),
    );
  });

  test('gives other numbers for another seed or another name', () => {
    fc.assert(
      fc.property(fc.tuple(seeds, fc.string()), fc.tuple(seeds, fc.string()), (a, b) => {
        fc.pre(a[0] !== b[0] || a[1] !== b[1]);
        expect(draws(new RandomStream(...a), 3)).not.toEqual(draws(new RandomStream(...b), 3));
      }),
    );
  });

  test('of one consumer is not touched by what another draws', () => {
    fc.assert(
      fc.property(seeds, fc.nat(50), fc.array(fc.nat(3), { maxLength: 20 }), (seed, extra, kinds) => {
        const alone = new Simulation({ seed }).random('worker-1');
        const crowded = new Simulation({ seed });
        const beside = crowded.random('worker-1');
        const other = crowded.random('worker-2');
        for (let draw = 0; draw < extra; draw++) other.next();
        for (const kind of kinds) {
          other.bits();
          if (kind === 0) expect(beside.next()).toBe(alone.next());
          else if (kind === 1) expect(beside.integer(1000)).toBe(alone.integer(1000));
          else if (kind === 2) expect(beside.bits()).toBe(alone.bits());
          else expect(beside.id()).toBe(alone.id());
        }
      }),
    );
  });

  test('is one stream a name: whoever asks for it again goes on where the other stopped', () => {
    const simulation = new Simulation({ seed: 1 });
    expect(simulation.random('a')).toBe(simulation.random('a'));
    expect(simulation.random('a')).not.toBe(simulation.random('b'));
  });

  test('next() stays in [0, 1) and fills its ten tenths evenly', () => {
    const tenths = new Array<number>(10).fill(0);
    for (const value of draws(new RandomStream(1, 'uniform'), DRAWS)) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
      const tenth = Math.floor(value * 10);
      tenths[tenth] = (tenths[tenth] as number) + 1;
    }
    // Six standard deviations of a binomial(20000, 0.1) are 255.
    for (const count of tenths) expect(Math.abs(count - DRAWS / 10)).toBeLessThan(255);
  });

  test('the first numbers of consecutive seeds fill the ten tenths evenly too', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let seed = 0; seed < DRAWS; seed++) {
      const tenth = Math.floor(new RandomStream(seed, 'worker-1').next() * 10);
      tenths[tenth] = (tenths[tenth] as number) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - DRAWS / 10)).toBeLessThan(255);
  });

  test('the first numbers of neighbouring names are not related', () => {
    const differences = new Array<number>(10).fill(0);
    for (let worker = 0; worker < DRAWS; worker++) {
      const a = new RandomStream(7, `worker-${worker}`).next();
      const b = new RandomStream(7, `worker-${worker + 1}`).next();
      const tenth = Math.floor(((b - a + 1) % 1) * 10);
      differences[tenth] = (differences[tenth] as number) + 1;
    }
    for (const count of differences) expect(Math.abs(count - DRAWS / 10)).toBeLessThan(300);
  });

  test('integer() is a whole number in [0, below), for any bound up to 2 ** 53', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (seed, below) => {
        const value = new RandomStream(seed, 'bounds').integer(below);
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(below);
      }),
    );
  });

  test('integer() reaches every value, about equally often', () => {
    const stream = new RandomStream(1, 'die');
    const counts = new Array<number>(6).fill(0);
    for (let draw = 0; draw < 6000; draw++) {
      const side = stream.integer(6);
      counts[side] = (counts[side] as number) + 1;
    }
    // Six standard deviations of a binomial(6000, 1/6) are 173.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(173);
  });

  test('integer() of nothing to choose from is 0', () => {
    const stream = new RandomStream(1, 'none');
    expect([stream.integer(1), stream.integer(0)]).toEqual([0, 0]);
  });

  test('bits() is an unsigned 32-bit number and reaches the upper half', () => {
    const stream = new RandomStream(1, 'bits');
    const values = Array.from({ length: 1000 }, () => stream.bits());
    for (const value of values) expect(value >>> 0).toBe(value);
    expect(values.filter((value) => value >= 2 ** 31).length).toBeGreaterThan(400);
  });

  test('id() never repeats and says whose it is', () => {
    const stream = new RandomStream(1, 'worker-3');
    expect([stream.id(), stream.id()]).toEqual(['worker-3.1', 'worker-3.2']);
  });

  test('id() costs the stream no random number', () => {
    const with_ = new RandomStream(1, 'worker-3');
    with_.id();
    expect(with_.next()).toBe(new RandomStream(1, 'worker-3').next());
  });
});
