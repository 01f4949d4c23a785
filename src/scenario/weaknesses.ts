/** A weakness that the document finds in its task runner, and the repair that it proposes. */
export interface Weakness {
  readonly says: string;
  readonly repair: string;
}

/** The ten weaknesses of the task runner, in the order of the document: the first is number 1. Scenarios name the one that they show. */
export const WEAKNESSES: readonly Weakness[] = [
  {
    says: 'the channel of the single-thread runner has no back-pressure',
    repair: 'a queue policy: drop, reject or wait; rejections counted',
  },
  {
    says: 'status updates that fail are swallowed',
    repair: 'retries with back-off in the I/O layer, then an error handler',
  },
  { says: 'the double check of the run loop stands there twice', repair: 'the shared logic extracted into one method' },
  {
    says: 'Shutdown clears the queue',
    repair: 'a graceful mode that waits until nothing is queued or active, with a time-out',
  },
  { says: 'one timer for all delayed tasks', repair: 'a timing wheel' },
  { says: 'the duplicate check looks into memory only', repair: 'ask the store as well' },
  { says: 'no metrics, no tracing, no logs', repair: 'a metrics collector, called by the run loop' },
  { says: 'MayBlock and Category are never used', repair: 'remove them, or have GetWork route by them' },
  { says: 'jobs run on context.Background(), not on their callers’', repair: 'the caller’s context is passed on' },
  { says: 'the sequence number of the priority queue may overflow', repair: 'int64, back to 0 after its maximum' },
];
