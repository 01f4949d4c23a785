import type { PoolDefinition } from '../pool.ts';
import { membersByType, SIZE_WITHOUT_LIMIT } from './member.ts';
import { RECOVER_INTERVAL_MS } from './recovery.ts';
import { restlessLoop } from './restless-loop.ts';
import { WorkerGroup } from './worker-group.ts';

type TypedParameters = {
  /** How long a worker that found nothing rests. The document gives no interval; its estimate is a pick-up below 100 ms. */
  readonly intervalMs: number;
  /** How large the pool of a type is that has no limit. The document does not say. */
  readonly sizeWithoutLimit: number;
  /** How often each worker takes back what others left, where the strategy can. */
  readonly recoverIntervalMs: number;
};

/**
 * A pool of its own for each type, as large as the type's limit (xqueue-0.0.4, solution two).
 *
 * Workers poll: the document sends a task to its type's pool through a channel, which lives in one process, and calls a pool
 * without the delay of polling its solution five (`hybrid`). A worker that had a task looks again at once. No type holds up
 * another. "No further semaphore is needed", the document says: true of one process. The limit of a type over several processes
 * is the claim strategy's.
 */
export const typed: PoolDefinition<TypedParameters> = {
  id: 'typed',
  source: 'xqueue-0.0.4, solution two',
  summary: 'a pool per type, as large as its limit, each worker looking for its type',
  claims: 'any',
  needsClaimsByType: true,
  needsEvents: false,
  sizesItself: true,
  guarantees: {
    pickUp: 'within an interval',
    brokenBy: [
      'several processes: each has as many workers as the limit, and only tokens keep the limit',
      'a type that was registered, or a limit that was raised, after the start',
      'a type with a backlog is served by its own pool only, however idle the others are',
    ],
  },
  defaults: { intervalMs: 100, sizeWithoutLimit: SIZE_WITHOUT_LIMIT, recoverIntervalMs: RECOVER_INTERVAL_MS },
  create: (context, parameters) =>
    new WorkerGroup(context, restlessLoop(context, parameters), () =>
      [...membersByType(context, parameters.sizeWithoutLimit).values()].flat(),
    ),
};
