import type { WorkerIdentity } from '../claim.ts';
import type { PoolContext } from '../pool.ts';

/** A worker's place in a pool, whether or not somebody fills it yet. */
export interface Member {
  readonly identity: WorkerIdentity;
  /** The types it takes; all that its process has handlers for where not given. */
  readonly types?: readonly string[];
}

/**
 * As many places for each type as the type's limit (xqueue-0.0.4, solutions two and five), by type. The types that are registered
 * by now, with their limits: what is registered or changed later is not served, as documented ("types must be known in advance").
 * @param sizeWithoutLimit for types that have no limit
 */
export function membersByType(context: PoolContext, sizeWithoutLimit: number): ReadonlyMap<string, readonly Member[]> {
  const { manager, process } = context;
  return new Map(
    manager.types.map((type) => {
      const size = sizeOf(type, context, sizeWithoutLimit);
      const places = Array.from({ length: size }, (_, place) => ({
        identity: { id: `${process}/${type}-${place + 1}` },
        types: [type],
      }));
      return [type, places];
    }),
  );
}

/** How many tasks of a type may run at once, as far as the size of a pool is concerned. */
export function sizeOf(type: string, { limiter }: PoolContext, sizeWithoutLimit: number): number {
  const limit = limiter.limit(type);
  return limit === Number.POSITIVE_INFINITY ? sizeWithoutLimit : limit;
}

/** The size of a type's pool where nothing limits the type. The documents do not say. */
export const SIZE_WITHOUT_LIMIT = 10;
