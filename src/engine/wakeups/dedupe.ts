import { CHANNEL_CAPACITY } from './counting.ts';
import type { WakeupPolicy } from './wakeup-policy.ts';

/**
 * Over what a caller removes repeats. The document's code removes them within one handler of one event (`call`); its text, "merge
 * several WakeUps into one", may also mean all that are sent in a row, as in its batch of ten approvals (`batch`).
 */
export type DedupeParameters = { readonly within: 'call' | 'batch' };

/**
 * The document's second repair: business code gathers the types that it wants woken, and signals each once, at the end of the call.
 * Channel and worker stay as they were. No signal is lost: each is sent after everything that it speaks of was added.
 *
 * Broken, within a call, by many calls that each signal the same type: they pile up as before. Within a batch a task that is due
 * at once waits for the end of the batch.
 */
export const dedupe: WakeupPolicy<DedupeParameters> = {
  id: 'dedupe',
  source: 'async-task, solution two',
  summary: 'a call of the business code signals each type once, at its end',
  capacity: CHANNEL_CAPACITY,
  defaults: { within: 'call' },
  choices: { within: ['call', 'batch'] },
  senders: ({ within }) => `once-a-${within}`,
  onSignal: () => 0,
};
