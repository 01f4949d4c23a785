import type { Command, CommandContext } from '../command.ts';
import { ErrorReply, type Reply } from '../reply.ts';
import { parseDeadline, type Unit } from './expiry.ts';

const NX_AND_OTHERS = new ErrorReply('ERR NX and XX, GT or LT options at the same time are not compatible');
const GT_AND_LT = new ErrorReply('ERR GT and LT options at the same time are not compatible');
/** What TTL and its like answer for a key that does not exist, and for one without a deadline. */
const NO_KEY = -2;
const NO_DEADLINE = -1;

/** EXPIRE and its like. */
function expireCommand(name: string, unit: Unit, absolute: boolean): Command {
  return {
    name,
    arity: -3,
    keys: [1, 1, 1],
    write: true,
    run({ db, nowMs }, argv) {
      const key = argv[1] as string;
      const conditions = parseConditions(argv);
      const deadlineMs = parseDeadline(argv[2] as string, unit, absolute ? 0 : nowMs, name);
      if (!db.has(key) || !allowed(conditions, db.deadline(key), deadlineMs)) return 0;
      if (deadlineMs <= nowMs) db.delete(key);
      else db.expireAt(key, deadlineMs);
      return 1;
    },
  };
}

function parseConditions(argv: readonly string[]): ReadonlySet<string> {
  const conditions = new Set<string>();
  for (let index = 3; index < argv.length; index++) {
    const condition = (argv[index] as string).toLowerCase();
    if (!/^(?:nx|xx|gt|lt)$/.test(condition)) throw new ErrorReply(`ERR Unsupported option ${argv[index]}`);
    conditions.add(condition);
  }
  if (conditions.has('nx') && conditions.size > 1) throw NX_AND_OTHERS;
  if (conditions.has('gt') && conditions.has('lt')) throw GT_AND_LT;
  return conditions;
}

/** A key without a deadline counts as one that lives for ever. */
function allowed(conditions: ReadonlySet<string>, currentMs: number | undefined, deadlineMs: number): boolean {
  if (conditions.size === 0) return true;
  if (conditions.has('nx') && currentMs !== undefined) return false;
  if (conditions.has('xx') && currentMs === undefined) return false;
  if (conditions.has('gt') && (currentMs === undefined || deadlineMs <= currentMs)) return false;
  return !(conditions.has('lt') && currentMs !== undefined && deadlineMs >= currentMs);
}

/** TTL and its like: some figure of the key's deadline. */
function deadlineCommand(name: string, figure: (deadlineMs: number, nowMs: number) => number): Command {
  return {
    name,
    arity: 2,
    keys: [1, 1, 1],
    write: false,
    run({ db, nowMs }: CommandContext, argv): Reply {
      const key = argv[1] as string;
      if (!db.has(key)) return NO_KEY;
      const deadlineMs = db.deadline(key);
      return deadlineMs === undefined ? NO_DEADLINE : figure(deadlineMs, nowMs);
    },
  };
}

/** To the nearest second, as Redis rounds. */
function wholeSeconds(ms: number): number {
  return Math.floor((ms + 500) / 1000);
}

export const EXPIRY_COMMANDS: readonly Command[] = [
  expireCommand('expire', 's', false),
  expireCommand('pexpire', 'ms', false),
  expireCommand('expireat', 's', true),
  expireCommand('pexpireat', 'ms', true),
  deadlineCommand('ttl', (deadlineMs, nowMs) => wholeSeconds(deadlineMs - nowMs)),
  deadlineCommand('pttl', (deadlineMs, nowMs) => deadlineMs - nowMs),
  deadlineCommand('expiretime', wholeSeconds),
  deadlineCommand('pexpiretime', (deadlineMs) => deadlineMs),
  {
    name: 'persist',
    arity: 2,
    keys: [1, 1, 1],
    write: true,
    run: ({ db }, argv) => (db.persist(argv[1] as string) ? 1 : 0),
  },
];
