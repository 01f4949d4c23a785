import { TIES_MAX } from '../event-queue.ts';
import type { RandomStream } from '../random-stream.ts';
import type { Schedule } from './schedule.ts';

/**
 * Every order of simultaneous events is equally likely, drawn from the run's seed. The plain random walk that exploration
 * papers take as their baseline; it needs no knowledge of the program and finds shallow races fast.
 */
export function random(stream: RandomStream): Schedule {
  return { name: 'random', tie: () => stream.integer(TIES_MAX) };
}
