import type { Model, Operation } from '../linearizability.ts';

export interface SemaphoreInput {
  /** `expire`: nobody's operation; time takes it from its owner. */
  readonly kind: 'acquire' | 'release' | 'expire';
  readonly name: string;
  readonly owner: string;
}

/** `over`: of an expiry, which nobody hears of. */
export type SemaphoreOutput = 'held' | 'refused' | 'released' | 'not held' | 'over';

/**
 * Named semaphores. An acquisition is refused where as many owners hold it as the limit allows; an owner that holds it already, and
 * acquires it again below the limit, holds it once.
 */
export function semaphore(limit: number): Model<readonly string[], SemaphoreInput, SemaphoreOutput> {
  return {
    initial: [],
    apply(owners, { kind, owner }) {
      const isHeld = owners.includes(owner);
      if (kind === 'acquire') {
        if (owners.length >= limit) return [owners, 'refused'];
        return [isHeld ? owners : [...owners, owner].sort(), 'held'];
      }
      const others = isHeld ? owners.filter((each) => each !== owner) : owners;
      if (kind === 'expire') return [others, 'over'];
      return [others, isHeld ? 'released' : 'not held'];
    },
    isRead: (_, output) => output === 'refused' || output === 'not held',
    name: (owners) => (owners.length === 0 ? 'free' : `held by ${owners.join(' and ')}`),
    describe: ({ kind, name, owner }) => `${kind}(${name}, ${owner})`,
    objectOf: ({ name }) => name,
  };
}

/** Named locks, not reentrant: SET NX, and a release by the owner alone. */
export const lock = semaphore(1);

/**
 * Adds what time may do: from its time to live after its call on, an acquisition may end by itself. Not one that its owner gave back
 * in time, as a release tells that answered `released`. That it must end then, or ever, is not said: nobody observes it.
 *
 * Left out: renewals. Give the ttl of an acquisition that is renewed as Infinity.
 */
export function withExpiry(
  operations: readonly Operation<SemaphoreInput, SemaphoreOutput>[],
  ttl: number,
): Operation<SemaphoreInput, SemaphoreOutput>[] {
  const idOf = ({ name, owner }: SemaphoreInput) => JSON.stringify([name, owner]);
  const givenBack = new Set(operations.filter(({ output }) => output === 'released').map(({ input }) => idOf(input)));
  const expiries = operations.flatMap(({ input, output, calledAt }): Operation<SemaphoreInput, SemaphoreOutput>[] => {
    const mayExpire = input.kind === 'acquire' && output !== 'refused' && !givenBack.has(idOf(input));
    if (!mayExpire || ttl === Number.POSITIVE_INFINITY) return [];
    const times = { calledAt: calledAt + ttl, returnedAt: Number.POSITIVE_INFINITY };
    return [{ client: 'time', input: { ...input, kind: 'expire' }, output: 'over', ...times }];
  });
  return [...operations, ...expiries];
}
