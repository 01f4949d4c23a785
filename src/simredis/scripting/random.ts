const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;
const LOW_BITS = 0x330en;
/** The state a server starts with. */
const FIRST_STATE = 0x1234abcd330en;
/** REDIS_LRAND48_MAX */
const RANDOM_MAX = 2 ** 31 - 1;

/**
 * The generator behind a script's math.random: drand48's, which Redis carries so that scripts draw the same numbers on
 * every machine (Redis's rand.c). Each server starts from the same state, and goes on from script to script: neither a
 * script's end nor SCRIPT FLUSH takes it back.
 */
export class ScriptRandom {
  #state = FIRST_STATE;

  /** @param seed its low 32 bits count. */
  seed(seed: number | bigint): void {
    this.#state = (BigInt.asUintN(32, BigInt(seed)) << 16n) | LOW_BITS;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = BigInt.asUintN(48, this.#state * MULTIPLIER + INCREMENT);
    return (Number(this.#state >> 17n) % RANDOM_MAX) / RANDOM_MAX;
  }
}
