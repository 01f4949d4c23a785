import type { Command, CommandContext } from '../command.ts';
import { asBigInteger } from '../numbers.ts';
import { ErrorReply, NOT_AN_INTEGER, OK, type Reply, Status } from '../reply.ts';
import type { Script } from '../scripting/engine.ts';
import { runSubcommand, type Subcommand } from './subcommands.ts';

const NO_SCRIPT = new ErrorReply('NOSCRIPT No matching script. Please use EVAL.');
const NOT_BUSY = new ErrorReply('NOTBUSY No scripts in execution right now.');
const TOO_MANY_KEYS = new ErrorReply("ERR Number of keys can't be greater than number of args");
const NEGATIVE_KEYS = new ErrorReply("ERR Number of keys can't be negative");
const FLUSH_OPTION = new ErrorReply('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
const DEBUG_OPTION = new ErrorReply('ERR Use SCRIPT DEBUG YES/SYNC/NO');

/** Where the keys start, after the script and their number. */
const KEYS_AT = 3;

/** EVAL, EVALSHA, their read-only forms, and SCRIPT. */
export const SCRIPT_COMMANDS: readonly Command[] = [
  evaluation('eval', false, byBody),
  evaluation('eval_ro', true, byBody),
  evaluation('evalsha', false, bySha1),
  evaluation('evalsha_ro', true, bySha1),
  {
    name: 'script',
    arity: -2,
    keys: undefined,
    write: false,
    noScript: true,
    run: (context, argv) => runSubcommand('script', SUBCOMMANDS, context, argv),
  },
];

function evaluation(
  name: string,
  readOnly: boolean,
  find: (context: CommandContext, argv: readonly string[]) => Script,
): Command {
  return {
    name,
    arity: -3,
    keys: (argv) => argv.slice(KEYS_AT, KEYS_AT + Math.max(0, Number(argv[2]) || 0)),
    write: !readOnly,
    noScript: true,
    run(context, argv) {
      const keyCount = countKeys(argv);
      const found = find(context, argv);
      const keys = argv.slice(KEYS_AT, KEYS_AT + keyCount);
      return context.server.scripts.run(context, found, keys, argv.slice(KEYS_AT + keyCount), readOnly);
    },
  };
}

function countKeys(argv: readonly string[]): number {
  const count = asBigInteger(argv[2] as string);
  if (count === undefined) throw NOT_AN_INTEGER;
  if (count > argv.length - KEYS_AT) throw TOO_MANY_KEYS;
  if (count < 0) throw NEGATIVE_KEYS;
  return Number(count);
}

function byBody({ server }: CommandContext, argv: readonly string[]): Script {
  return server.scripts.load(argv[1] as string);
}

function bySha1({ server }: CommandContext, argv: readonly string[]): Script {
  const found = server.scripts.find(argv[1] as string);
  if (!found) throw NO_SCRIPT;
  return found;
}

const SCRIPT_HELP = [
  'SCRIPT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'DEBUG (YES|SYNC|NO)',
  '    Set the debug mode for subsequent scripts executed.',
  'EXISTS <sha1> [<sha1> ...]',
  '    Return information about the existence of the scripts in the script cache.',
  'FLUSH [ASYNC|SYNC]',
  '    Flush the Lua scripts cache. Very dangerous on replicas.',
  '    When called without the optional mode argument, the behavior is determined by the',
  '    lazyfree-lazy-user-flush configuration directive. Valid modes are:',
  '    * ASYNC: Asynchronously flush the scripts cache.',
  '    * SYNC: Synchronously flush the scripts cache.',
  'KILL',
  '    Kill the currently executing Lua script.',
  'LOAD <script>',
  '    Load a script into the scripts cache without executing it.',
  'HELP',
  '    Prints this help.',
];

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ['load', { arity: 3, run: ({ server }, argv) => server.scripts.load(argv[2] as string).sha1 }],
  [
    'exists',
    { arity: -3, run: ({ server }, argv) => argv.slice(2).map((sha1) => (server.scripts.find(sha1) ? 1 : 0)) },
  ],
  ['flush', { arity: -2, run: flush }],
  // A script's instructions are bounded, and nobody is served while one runs.
  ['kill', { arity: 2, run: () => NOT_BUSY }],
  // The debugger is not modelled; turning off what is off is.
  ['debug', { arity: 3, run: (_, argv) => (argv[2]?.toLowerCase() === 'no' ? OK : DEBUG_OPTION) }],
  ['help', { arity: 2, run: () => SCRIPT_HELP.map((line) => new Status(line)) }],
]);

function flush({ server }: CommandContext, argv: readonly string[]): Reply {
  const option = argv[2]?.toLowerCase();
  const known = option === undefined || option === 'sync' || option === 'async';
  if (argv.length > 3 || !known) throw FLUSH_OPTION;
  server.scripts.flush();
  return OK;
}
