import type { Command } from '../command.ts';
import type { Value } from '../keyspace.ts';
import { asBigInteger } from '../numbers.ts';
import { ErrorReply, NIL } from '../reply.ts';
import { isListpack } from './hashes.ts';
import { runSubcommand, type Subcommand } from './subcommands.ts';

/** Redis's limits between an encoding for few or short elements and the general one. */
const EMBEDDED_BYTES_MAX = 44;
const INTSET_MEMBERS_MAX = 512;
const LISTPACK_MEMBERS_MAX = 128;
const LISTPACK_BYTES_MAX = 64;

const NO_FREQUENCY = new ErrorReply(
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. ' +
    'Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
);

/** The encoding that Redis would choose for the value as it is; how it came to be is not remembered. */
function encodingOf(value: Value): string {
  if (typeof value === 'string') {
    if (asBigInteger(value) !== undefined) return 'int';
    return value.length <= EMBEDDED_BYTES_MAX ? 'embstr' : 'raw';
  }
  switch (value.type) {
    case 'hash':
      return isListpack(value.fields) ? 'listpack' : 'hashtable';
    case 'set':
      return value.members.size <= INTSET_MEMBERS_MAX && [...value.members].every(isInteger) ? 'intset' : 'hashtable';
    case 'list':
      return 'quicklist';
    case 'zset': {
      let short = value.length <= LISTPACK_MEMBERS_MAX;
      value.forEach((member) => {
        if (member.length > LISTPACK_BYTES_MAX) short = false;
      });
      return short ? 'listpack' : 'skiplist';
    }
    case 'stream':
      return 'stream';
  }
}

function isInteger(bytes: string): boolean {
  return asBigInteger(bytes) !== undefined;
}

const SUBCOMMANDS = new Map<string, Subcommand>([
  [
    'encoding',
    {
      arity: 3,
      run({ db }, argv) {
        const value = db.get(argv[2] as string);
        return value === undefined ? NIL : encodingOf(value);
      },
    },
  ],
  ['refcount', { arity: 3, run: ({ db }, argv) => (db.has(argv[2] as string) ? 1 : NIL) }],
  // Nothing here depends on when a key was last read, so that is not recorded.
  ['idletime', { arity: 3, run: ({ db }, argv) => (db.has(argv[2] as string) ? 0 : NIL) }],
  [
    'freq',
    {
      arity: 3,
      run({ db }, argv) {
        if (!db.has(argv[2] as string)) return NIL;
        throw NO_FREQUENCY;
      },
    },
  ],
]);

export const OBJECT_COMMAND: Command = {
  name: 'object',
  arity: -2,
  keys: [2, 2, 1],
  write: false,
  run: (context, argv) => runSubcommand('object', SUBCOMMANDS, context, argv),
};
