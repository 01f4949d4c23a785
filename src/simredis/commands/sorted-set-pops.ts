import type { Command } from '../command.ts';
import type { Keyspace } from '../keyspace.ts';
import { formatDouble, parseTimeoutMs } from '../numbers.ts';
import { ErrorReply, NIL_ARRAY, type Reply, SYNTAX_ERROR } from '../reply.ts';
import type { ScoredMember } from '../types/counted-tree.ts';
import type { SortedSet } from '../types/sorted-set.ts';
import { parseAtLeast } from './index-range.ts';
import { type MultiPop, numberedKeys, parseMultiPop } from './multi-pop.ts';
import { takeOrWait } from './take-or-wait.ts';

const NOT_POSITIVE = new ErrorReply('ERR value is out of range, must be positive');

/** Commands that take members from either end of a sorted set, those that wait for one included. */
export const SORTED_SET_POP_COMMANDS: readonly Command[] = [
  pop('zpopmin', false),
  pop('zpopmax', true),
  blockingPop('bzpopmin', false),
  blockingPop('bzpopmax', true),
  {
    name: 'zmpop',
    arity: -4,
    keys: numberedKeys(1),
    write: true,
    run({ db }, argv) {
      const request = parseMultiPop(argv, 1, ['min', 'max']);
      for (const key of request.keys) {
        const set = db.sortedSet(key);
        if (set !== undefined) return multiPopReply(db, key, set, request);
      }
      return NIL_ARRAY;
    },
  },
  {
    name: 'bzmpop',
    arity: -5,
    keys: numberedKeys(2),
    write: true,
    run(context, argv) {
      const request = parseMultiPop(argv, 2, ['min', 'max']);
      const timeoutMs = parseTimeoutMs(argv[1] as string);
      return takeOrWait(context, 'zset', request.keys, timeoutMs, NIL_ARRAY, (db, key, set) =>
        multiPopReply(db, key, set as SortedSet, request),
      );
    },
  },
];

function pop(name: string, fromMax: boolean): Command {
  return {
    name,
    arity: -2,
    keys: [1, 1, 1],
    write: true,
    run({ db }, argv) {
      if (argv.length > 3) throw SYNTAX_ERROR;
      const key = argv[1] as string;
      const count = argv.length === 3 ? parseAtLeast(0, argv[2] as string, NOT_POSITIVE) : 1;
      const set = db.sortedSet(key);
      if (set === undefined || count === 0) return [];
      const reply: Reply[] = [];
      for (let taken = 0; taken < count && set.length > 0; taken++) {
        const { member, score } = takeOne(set, fromMax);
        reply.push(member, formatDouble(score));
      }
      db.touched(key);
      return reply;
    },
  };
}

function blockingPop(name: string, fromMax: boolean): Command {
  return {
    name,
    arity: -3,
    keys: [1, -2, 1],
    write: true,
    noScript: true,
    run(context, argv) {
      const timeoutMs = parseTimeoutMs(argv[argv.length - 1] as string);
      return takeOrWait(context, 'zset', argv.slice(1, -1), timeoutMs, NIL_ARRAY, (db, key, set) => {
        const { member, score } = takeOne(set as SortedSet, fromMax);
        db.touched(key);
        return [key, member, formatDouble(score)];
      });
    },
  };
}

function takeOne(set: SortedSet, fromMax: boolean): ScoredMember {
  return (fromMax ? set.popMax() : set.popMin()) as ScoredMember;
}

function multiPopReply(db: Keyspace, key: string, set: SortedSet, { fromSecondEnd, count }: MultiPop): Reply {
  const pairs: Reply[] = [];
  while (pairs.length < count && set.length > 0) {
    const { member, score } = takeOne(set, fromSecondEnd);
    pairs.push([member, formatDouble(score)]);
  }
  db.touched(key);
  return [key, pairs];
}
