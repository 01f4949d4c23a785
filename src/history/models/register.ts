import type { Model } from '../linearizability.ts';

/** Left out `value`: a read. */
export type RegisterInput = { readonly name: string; readonly value?: string };

/** Named values: a write answers what it wrote, a read what was written last; null: nothing was. */
export const register: Model<string | null, RegisterInput, string | null> = {
  initial: null,
  apply: (state, { value = state }) => [value, value],
  isRead: ({ value }) => value === undefined,
  name: (state) => (state === null ? 'empty' : `'${state}'`),
  describe: ({ name, value }) => (value === undefined ? `read(${name})` : `write(${name}, ${value})`),
  objectOf: ({ name }) => name,
};
