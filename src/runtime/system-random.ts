import { randomInt, randomUUID } from 'node:crypto';
import type { Random } from '../engine/ports.ts';

/** The machine's own randomness. */
export const systemRandom: Random = {
  next: () => Math.random(),
  integer: (below) => (below <= 1 ? 0 : randomInt(below)),
  id: () => randomUUID(),
};
