import type { WakeupPolicy } from './wakeup-policy.ts';

/**
 * A channel of 1000, one signal taken a wake-up (async-task, "root cause"). N signals that piled up while the worker was busy
 * make N wake-ups, each with two queries that find nothing new: the herd.
 */
export const counting: WakeupPolicy = {
  id: 'counting',
  source: 'async-task, root cause',
  summary: 'a channel of 1000; each wake-up takes one signal',
  capacity: 1000,
  onSignal: () => 0,
};
