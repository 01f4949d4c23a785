import type { Command, CommandContext } from '../command.ts';
import { parseInteger } from '../numbers.ts';
import { ErrorReply, OK, PONG, type Reply, Status, wrongArity } from '../reply.ts';
import { CLIENT_COMMAND } from './client.ts';
import { CONFIG_COMMAND, INFO_COMMAND } from './information.ts';

const RESET = new Status('RESET');
const NO_SUCH_DB = new ErrorReply('ERR DB index is out of range');
const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);
const INDEX_OUT_OF_RANGE = new ErrorReply(
  `ERR value is out of range, value must between ${INT32_MIN} and ${INT32_MAX}`,
);
const NO_PASSWORD = new ErrorReply(
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
);
const WRONG_PASSWORD = new ErrorReply('WRONGPASS invalid username-password pair or user is disabled.');
const US_PER_S = 1_000_000;

/** A subscriber's PONG is a message of its own kind. */
function ping({ session }: CommandContext, argv: readonly string[]): Reply {
  if (argv.length > 2) throw wrongArity('ping');
  if (session.channels.size + session.patterns.size > 0) return ['pong', argv[1] ?? ''];
  return argv[1] ?? PONG;
}

function select(_context: CommandContext, argv: readonly string[]): Reply {
  const index = parseInteger(argv[1] as string);
  if (index > INT32_MAX || index < INT32_MIN) throw INDEX_OUT_OF_RANGE;
  if (index !== 0) throw NO_SUCH_DB;
  return OK;
}

function time({ nowUs }: CommandContext): Reply {
  return [String(Math.floor(nowUs / US_PER_S)), String(nowUs % US_PER_S)];
}

/** The connection as it was when it was opened. */
function reset({ server, session }: CommandContext): Reply {
  session.transaction = undefined;
  session.transactionBroken = false;
  server.unwatch(session);
  server.pubsub.drop(session);
  session.name = '';
  return RESET;
}

function auth(_context: CommandContext, argv: readonly string[]): Reply {
  if (argv.length === 2) throw NO_PASSWORD;
  if (argv.length > 3) throw new ErrorReply('ERR syntax error');
  if (argv[1] !== 'default') throw WRONG_PASSWORD;
  return OK;
}

export const CONNECTION_COMMANDS: readonly Command[] = [
  { name: 'ping', arity: -1, keys: undefined, write: false, run: ping },
  { name: 'echo', arity: 2, keys: undefined, write: false, run: (_context, argv) => argv[1] as string },
  { name: 'select', arity: 2, keys: undefined, write: false, run: select },
  { name: 'time', arity: 1, keys: undefined, write: false, run: time },
  { name: 'auth', arity: -2, keys: undefined, write: false, noScript: true, run: auth },
  { name: 'reset', arity: 1, keys: undefined, write: false, noScript: true, run: reset },
  {
    name: 'quit',
    arity: -1,
    keys: undefined,
    write: false,
    noScript: true,
    run({ server, session }) {
      server.disconnect(session);
      return OK;
    },
  },
  CLIENT_COMMAND,
  CONFIG_COMMAND,
  INFO_COMMAND,
];
