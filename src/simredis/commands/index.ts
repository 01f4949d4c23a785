import { commandTable } from '../command.ts';
import { BLOCKING_LIST_COMMANDS } from './blocking-lists.ts';
import { COLLECTION_SCAN_COMMANDS } from './collection-scans.ts';
import { CONNECTION_COMMANDS } from './connection.ts';
import { HASH_COMMANDS } from './hashes.ts';
import { KEY_COMMANDS } from './keys.ts';
import { LIST_COMMANDS } from './lists.ts';
import { PUBSUB_COMMANDS } from './pubsub.ts';
import { RANDOM_MEMBER_COMMANDS } from './random-members.ts';
import { SCRIPT_COMMANDS } from './scripts.ts';
import { SET_ALGEBRA_COMMANDS } from './set-algebra.ts';
import { SET_COMMANDS } from './sets.ts';
import { SORTED_SET_ALGEBRA_COMMANDS } from './sorted-set-algebra.ts';
import { SORTED_SET_POP_COMMANDS } from './sorted-set-pops.ts';
import { SORTED_SET_RANGE_COMMANDS } from './sorted-set-ranges.ts';
import { SORTED_SET_COMMANDS } from './sorted-sets.ts';
import { STREAM_GROUP_COMMANDS } from './stream-groups.ts';
import { STREAM_COMMANDS } from './streams.ts';
import { STRING_COMMANDS } from './strings.ts';
import { TRANSACTION_COMMANDS } from './transactions.ts';

/** Every command the simulated Redis has, by name. One it lacks answers `ERR unknown command`, as Redis does. */
export const COMMANDS = commandTable(
  BLOCKING_LIST_COMMANDS,
  COLLECTION_SCAN_COMMANDS,
  CONNECTION_COMMANDS,
  HASH_COMMANDS,
  KEY_COMMANDS,
  LIST_COMMANDS,
  PUBSUB_COMMANDS,
  RANDOM_MEMBER_COMMANDS,
  SCRIPT_COMMANDS,
  SET_ALGEBRA_COMMANDS,
  SET_COMMANDS,
  SORTED_SET_ALGEBRA_COMMANDS,
  SORTED_SET_COMMANDS,
  SORTED_SET_POP_COMMANDS,
  SORTED_SET_RANGE_COMMANDS,
  STREAM_COMMANDS,
  STREAM_GROUP_COMMANDS,
  STRING_COMMANDS,
  TRANSACTION_COMMANDS,
);
