import type { PoolDefinition } from '../pool.ts';
import { EVENT_CHOICES, EVENT_DEFAULTS, EventLanes, type EventParameters } from './event-lanes.ts';
import { membersByType, SIZE_WITHOUT_LIMIT } from './member.ts';

type HybridParameters = EventParameters & {
  /** How large the pool of a type is that has no limit. The document does not say. */
  readonly sizeWithoutLimit: number;
};

/**
 * An event bus wakes typed pools, each as large as its type's limit and only by events of its type (xqueue-0.0.4, solution five):
 * `event-driven` and `typed` in one, "without the delay of polling".
 *
 * A task is picked up within network latency while its type's pool has an idle worker and its limit has room; no type holds up
 * another. What loses a wake-up of `event-driven` loses one here.
 */
export const hybrid: PoolDefinition<HybridParameters> = {
  id: 'hybrid',
  source: 'xqueue-0.0.4, solution five',
  summary: 'an event bus wakes a pool per type, as large as its limit',
  claims: 'at once',
  needsClaimsByType: true,
  needsEvents: true,
  sizesItself: true,
  guarantees: {
    pickUp: 'at once',
    brokenBy: [
      'several processes: each has as many workers as the limit; only tokens keep the limit, and a slot that another process ' +
        'frees wakes nobody (announceFreed)',
      'whenFull `drop`: a task whose event came while its limit was reached has nobody to wake for it',
      'an event that a process missed: it was starting, or its connection was down (firstLook, fallbackMs)',
      'a submitter that dies between the queue and the event',
      'a type that was registered, or a limit that was raised, after the start',
    ],
  },
  defaults: { ...EVENT_DEFAULTS, sizeWithoutLimit: SIZE_WITHOUT_LIMIT },
  choices: EVENT_CHOICES,
  create: (context, parameters) =>
    new EventLanes(context, parameters, () =>
      [...membersByType(context, parameters.sizeWithoutLimit)].map(([type, members]) => ({ types: [type], members })),
    ),
};
