import { CHANNEL_CAPACITY } from './counting.ts';
import type { WakeupPolicy } from './wakeup-policy.ts';

/**
 * The document's first repair: a woken worker empties the channel, then queries once. Sound, as every signal that is thrown
 * away was sent before the query that follows.
 *
 * Ends repeats that have piled up. Signals that come one by one, slower than two queries, still cost two queries each.
 */
export const drain: WakeupPolicy<Record<string, never>> = {
  id: 'drain',
  source: 'async-task, solution one',
  summary: 'a woken worker takes all waiting signals, then queries once',
  capacity: CHANNEL_CAPACITY,
  defaults: {},
  senders: () => 'all',
  onSignal: (channel) => channel.drain(),
};
