import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Random } from '../engine/ports.ts';

/** Up to here 32 random bits times the range are exact in a double. */
const SMALL_RANGE = 2 ** 21;

/**
 * One consumer's random numbers. Streams are split from the run's seed by name, so that one more draw by one consumer changes
 * nothing for any other.
 */
export class RandomStream implements Random {
  readonly #generator: RandomGenerator;
  readonly #name: string;
  #ids = 0;

  constructor(seed: number, name: string) {
    this.#name = name;
    this.#generator = xoroshiro128plusFromState(scramble(`${seed}/${name}`));
  }

  /** A number in [0, 1). */
  next(): number {
    return uniformFloat64(this.#generator);
  }

  /** A whole number in [0, below). */
  integer(below: number): number {
    if (below <= 1) return 0;
    // Multiply-and-shift: a bias below 2^-11 a value is nothing to latencies and offsets, and it is several times faster.
    if (below <= SMALL_RANGE) return Math.floor(this.bits() * below * 2 ** -32);
    return uniformInt(this.#generator, 0, below - 1);
  }

  /** 32 random bits, unsigned. */
  bits(): number {
    return this.#generator.next() >>> 0;
  }

  /** A name that no other call in this run returns, readable in a story: `worker-3.17`. */
  id(): string {
    this.#ids++;
    return `${this.#name}.${this.#ids}`;
  }
}

/** 128 well-mixed bits of a text (four interleaved multiply-xorshift lanes, as in MurmurHash3's 32-bit mixer). */
function scramble(text: string): readonly number[] {
  const lanes = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x452821e6];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    for (let lane = 0; lane < 4; lane++) {
      const mixed = Math.imul((lanes[lane] as number) ^ (code + lane), 0xcc9e2d51);
      lanes[lane] = Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64;
    }
  }
  return lanes.map((lane) => finalize(lane | 0));
}

function finalize(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
