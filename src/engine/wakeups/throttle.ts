import { CHANNEL_CAPACITY } from './counting.ts';
import type { WakeupPolicy } from './wakeup-policy.ts';

export type ThrottleParameters = {
  /** The document's minQueryInterval. */
  readonly minQueryIntervalMs: number;
};

/**
 * The document's fourth repair: a worker that queried less than 100 ms ago ignores the signal.
 *
 * Broken by a task that is added within the 100 ms after a query that did not see it: its signal is gone, and the worker's timer
 * knows nothing of it. The task waits for the next signal, or for the next due time of another task; where there is neither, for
 * ever. Only signals are throttled: a wake-up by the timer queries at any pace.
 */
export const throttle: WakeupPolicy<ThrottleParameters> = {
  id: 'throttle',
  source: 'async-task, solution four',
  summary: 'a worker ignores signals for 100 ms after it has queried',
  capacity: CHANNEL_CAPACITY,
  defaults: { minQueryIntervalMs: 100 },
  senders: () => 'all',
  onSignal: (_channel, sinceQueryMs, { minQueryIntervalMs }) => (sinceQueryMs < minQueryIntervalMs ? 'ignored' : 0),
};
