import { capacityOne } from './capacity-one.ts';
import { type DedupeParameters, dedupe } from './dedupe.ts';
import type { WakeupPolicy } from './wakeup-policy.ts';

/**
 * What the document recommends: drain the channel (solution one), of capacity one (three), and let the callers avoid repeats (two).
 * Sound, as each of the three is.
 */
export const recommended: WakeupPolicy<DedupeParameters> = {
  id: 'recommended',
  source: 'async-task, recommended combination',
  summary: 'drain, capacity one and dedupe together',
  capacity: capacityOne.capacity,
  defaults: dedupe.defaults,
  ...(dedupe.choices && { choices: dedupe.choices }),
  senders: dedupe.senders,
  onSignal: (channel) => channel.drain(),
};
