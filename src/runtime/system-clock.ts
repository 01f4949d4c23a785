import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../engine/ports.ts';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Node wraps the reason in an AbortError; the port promises the reason itself.
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
