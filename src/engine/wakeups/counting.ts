import type { WakeupPolicy } from './wakeup-policy.ts';

/** The documented `make(chan struct{}, 1000)`. */
export const CHANNEL_CAPACITY = 1000;

/**
 * A channel of 1000, one signal taken a wake-up (async-task, "root cause"). N signals that piled up while the worker was busy
 * make N wake-ups, each with two queries that find nothing new: the herd.
 */
export const counting: WakeupPolicy<Record<string, never>> = {
  id: 'counting',
  source: 'async-task, root cause',
  summary: 'a channel of 1000; each wake-up takes one signal',
  capacity: CHANNEL_CAPACITY,
  defaults: {},
  senders: () => 'all',
  onSignal: () => 0,
};
