import type { PoolDefinition } from '../pool.ts';
import { EVENT_CHOICES, EVENT_DEFAULTS, EventLanes, type EventParameters } from './event-lanes.ts';

/**
 * A submission's event wakes a dispatcher, which takes the worker that is idle longest and lets it claim (xqueue-0.0.4, solution
 * one).
 *
 * A task is picked up within network latency of its submission, while a worker is idle and its limit has room. The document's
 * channel lives in one process; over several, every process hears every event, all but one of them claim for nothing, and none
 * hears of a slot that another has freed.
 *
 * The document takes the token before it looks for a worker. Here both are one claim, made by an idle worker, and a token is
 * never held for want of one. Priorities are the claim's: an event says that there is a task, not which.
 */
export const eventDriven: PoolDefinition<EventParameters> = {
  id: 'event-driven',
  source: 'xqueue-0.0.4, solution one',
  summary: 'a submission wakes a dispatcher, which lets an idle worker claim',
  claims: 'at once',
  needsClaimsByType: false,
  needsEvents: true,
  sizesItself: false,
  guarantees: {
    pickUp: 'at once',
    brokenBy: [
      'a limit that was reached when the event came, and a slot that another process frees: nobody hears of it (announceFreed)',
      'whenFull `drop`: a task whose event came while its limit was reached has nobody to wake for it',
      'an event that a process missed: it was starting, or its connection was down (firstLook, fallbackMs)',
      'a submitter that dies between the queue and the event',
      'a task given back, recovered, or let in by a raised limit: there is no event for it',
    ],
  },
  defaults: EVENT_DEFAULTS,
  choices: EVENT_CHOICES,
  create: (context, parameters) =>
    new EventLanes(context, parameters, () => [
      { types: context.manager.types, members: context.workers.map((identity) => ({ identity })) },
    ]),
};
