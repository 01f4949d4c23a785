import type { Model } from '../linearizability.ts';

/** Left out `value`: a dequeue. */
export type QueueInput = { readonly name: string; readonly value?: string };

/** Named first-in first-out queues: an enqueue answers its value, a dequeue the oldest one; null: the queue is empty. */
export const fifoQueue: Model<readonly string[], QueueInput, string | null> = {
  initial: [],
  apply(state, { value }) {
    if (value !== undefined) return [[...state, value], value];
    return [state.slice(1), state[0] ?? null];
  },
  isRead: ({ value }, output) => value === undefined && output === null,
  name: (state) => (state.length === 0 ? 'empty' : JSON.stringify(state)),
  describe: ({ name, value }) => (value === undefined ? `dequeue(${name})` : `enqueue(${name}, ${value})`),
  objectOf: ({ name }) => name,
};
