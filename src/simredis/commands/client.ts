import type { Command } from '../command.ts';
import { ErrorReply, NIL, OK, SYNTAX_ERROR } from '../reply.ts';
import type { Session } from '../session.ts';
import { runSubcommand, type Subcommand } from './subcommands.ts';

const BAD_NAME = new ErrorReply('ERR Client names cannot contain spaces, newlines or special characters.');

/** CLIENT INFO's line, as far as the simulation has something to say. */
function describe(session: Session): string {
  const { id, name, channels, patterns, transaction } = session;
  return `id=${id} name=${name} db=0 sub=${channels.size} psub=${patterns.size} multi=${transaction?.length ?? -1} user=default resp=2\n`;
}

/** Redis 7.0 has no CLIENT SETINFO: it answers that it does not know it, and ioredis goes on. */
const SUBCOMMANDS = new Map<string, Subcommand>([
  ['id', { arity: 2, run: ({ session }) => session.id }],
  ['getname', { arity: 2, run: ({ session }) => (session.name === '' ? NIL : session.name) }],
  [
    'setname',
    {
      arity: 3,
      run({ session }, argv) {
        const name = argv[2] as string;
        if (!/^[!-~]*$/.test(name)) throw BAD_NAME;
        session.name = name;
        return OK;
      },
    },
  ],
  ['info', { arity: 2, run: ({ session }) => describe(session) }],
  [
    'no-evict',
    {
      arity: 3,
      run(_context, argv) {
        if (!/^(?:on|off)$/i.test(argv[2] as string)) throw SYNTAX_ERROR;
        return OK;
      },
    },
  ],
]);

export const CLIENT_COMMAND: Command = {
  name: 'client',
  arity: -2,
  keys: undefined,
  write: false,
  noScript: true,
  run: (context, argv) => runSubcommand('client', SUBCOMMANDS, context, argv),
};
