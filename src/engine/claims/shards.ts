import type { WorkerIdentity } from '../claim.ts';
import { crc32 } from '../crc32.ts';
import { InvalidValueError } from '../errors.ts';

/** A fixed number of shards: which one a text falls into, and which one is a worker's own. */
export class Shards {
  readonly count: number;

  /** @throws InvalidValueError for less than one */
  constructor(count: number) {
    if (!(count >= 1)) throw new InvalidValueError(`there must be at least one shard, not ${count}`);
    this.count = count;
  }

  /** crc32 modulo their number, as documented: another number of shards moves almost every text. */
  of(text: string): number {
    return crc32(text) % this.count;
  }

  /** By the worker's number; a worker that has none is dealt one by its id, which may leave a shard without an owner. */
  own({ id, number }: WorkerIdentity): number {
    return number === undefined ? this.of(id) : number % this.count;
  }
}
