/**
 * Decides among events that may run next, that is, events due at the same virtual time: the lower tie-break goes first, equal
 * ones in the order in which they were caused.
 */
export interface Schedule {
  readonly name: string;
  /** A tie-break for an event that has just been caused: a whole number below TIES_MAX (`event-queue.ts`). */
  tie(): number;
}
