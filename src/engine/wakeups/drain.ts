import type { WakeupPolicy } from './wakeup-policy.ts';

/**
 * The document's first repair: a woken worker empties the channel, then queries once. Sound, as every signal that is thrown
 * away was sent before the query that follows.
 */
export const drain: WakeupPolicy = {
  id: 'drain',
  source: 'async-task, solution one',
  summary: 'a woken worker takes all waiting signals, then queries once',
  capacity: 1000,
  onSignal: (channel) => channel.drain(),
};
