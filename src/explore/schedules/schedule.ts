import type { Count } from '../../scenario/fate.ts';
import type { Hold } from '../../scenario/hold.ts';
import type { RandomStream } from '../../simulation/random-stream.ts';
import type { RunProfile } from '../profile.ts';

/**
 * Turns a draw into the messages that are held back, of those that an undisturbed run has. What a schedule holds back is data: a
 * counterexample keeps the few holds that matter.
 */
export interface Schedule {
  readonly name: string;
  holds(profile: RunProfile, draw: RandomStream): readonly Hold[];
}

/** A message of an undisturbed run: the nth of a command, on its way to Redis or back. */
export type Message = Omit<Hold, 'byUs'>;

export const WAYS = ['request', 'reply'] as const;

/** How many messages the profile has. */
export function messageCount({ commands }: RunProfile): number {
  return WAYS.length * commands.reduce((sum, { count }) => sum + count, 0);
}

/** The message of that place, from 0: requests and replies in turn, command by command. @throws RangeError */
export function messageAt({ commands }: RunProfile, place: number): Message {
  let left = place >> 1;
  for (const counted of commands) {
    if (left < counted.count) return message(counted, left + 1, place);
    left -= counted.count;
  }
  throw new RangeError(`there is no message ${place}`);
}

function message({ host, name }: Count, nth: number, place: number): Message {
  return { host, way: WAYS[place & 1] as Hold['way'], command: name, nth };
}
