import type { Schedule } from './schedule.ts';

/** Nothing is held back: messages travel as long as the network's latency has them. */
export const fifo: Schedule = { name: 'fifo', holds: () => [] };
