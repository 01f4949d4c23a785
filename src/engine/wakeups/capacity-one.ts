import type { WakeupPolicy } from './wakeup-policy.ts';

/**
 * The document's third repair, "a flag instead of a count": a channel of one; what comes while a signal waits is dropped. Sound, as
 * the signal that waits is taken before the query that follows.
 *
 * A worker that waits takes the first signal of a burst out of the channel, and the second stays in it: the burst costs four
 * queries, not two.
 */
export const capacityOne: WakeupPolicy<Record<string, never>> = {
  id: 'capacity-one',
  source: 'async-task, solution three',
  summary: 'a channel of one: a signal is dropped where one waits already',
  capacity: 1,
  defaults: {},
  senders: () => 'all',
  onSignal: () => 0,
};
