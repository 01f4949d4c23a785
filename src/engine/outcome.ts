import { QueueTimeoutError, TaskTimeoutError } from './errors.ts';

/** The status of a task that ended with an error. */
export function statusOfFailure(error: unknown): 'failed' | 'timeout' {
  return error instanceof TaskTimeoutError || error instanceof QueueTimeoutError ? 'timeout' : 'failed';
}
