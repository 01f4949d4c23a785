import type { BLOCKED, Command, CommandContext } from '../command.ts';
import { parseTimeoutMs } from '../numbers.ts';
import { NIL, NIL_ARRAY, type Reply } from '../reply.ts';
import type { List } from '../types/list.ts';
import { isLeft, move, popMany } from './lists.ts';
import { numberedKeys, parseMultiPop } from './multi-pop.ts';
import { takeOrWait } from './take-or-wait.ts';

/** List commands that wait for an element where there is none. */
export const BLOCKING_LIST_COMMANDS: readonly Command[] = [
  blockingPop('blpop', true),
  blockingPop('brpop', false),
  {
    name: 'blmove',
    arity: 6,
    keys: [1, 2, 1],
    write: true,
    noScript: true,
    run(context, argv) {
      const fromHead = isLeft(argv[3] as string);
      const toHead = isLeft(argv[4] as string);
      return moveOrWait(context, argv, fromHead, toHead);
    },
  },
  {
    name: 'brpoplpush',
    arity: 4,
    keys: [1, 2, 1],
    write: true,
    noScript: true,
    run: (context, argv) => moveOrWait(context, argv, false, true),
  },
  {
    name: 'blmpop',
    arity: -5,
    keys: numberedKeys(2),
    write: true,
    run(context, argv) {
      const { keys, fromSecondEnd, count } = parseMultiPop(argv, 2, ['left', 'right']);
      const timeoutMs = parseTimeoutMs(argv[1] as string);
      return takeOrWait(context, 'list', keys, timeoutMs, NIL_ARRAY, (db, key, list) => [
        key,
        popMany(db, key, list as List, !fromSecondEnd, count),
      ]);
    },
  },
];

function blockingPop(name: string, fromHead: boolean): Command {
  return {
    name,
    arity: -3,
    keys: [1, -2, 1],
    write: true,
    noScript: true,
    run(context, argv) {
      const timeoutMs = parseTimeoutMs(argv[argv.length - 1] as string);
      return takeOrWait(context, 'list', argv.slice(1, -1), timeoutMs, NIL_ARRAY, (db, key, value) => {
        const list = value as List;
        const element = (fromHead ? list.popHead() : list.popTail()) as string;
        db.touched(key);
        return [key, element];
      });
    },
  };
}

/** The last argument is the timeout. */
function moveOrWait(
  context: CommandContext,
  argv: readonly string[],
  fromHead: boolean,
  toHead: boolean,
): Reply | typeof BLOCKED {
  const source = argv[1] as string;
  const target = argv[2] as string;
  const timeoutMs = parseTimeoutMs(argv[argv.length - 1] as string);
  // Redis answers a null string where it may not block, but a null array where it waited in vain.
  const onTimeout = context.mayBlock ? NIL_ARRAY : NIL;
  return takeOrWait(context, 'list', [source], timeoutMs, onTimeout, (db) => {
    return move(db, source, target, fromHead, toHead) as string;
  });
}
