import type { Command } from '../command.ts';
import { ErrorReply, OK } from '../reply.ts';

/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. Queueing itself is the server's. */
export const TRANSACTION_COMMANDS: readonly Command[] = [
  {
    name: 'multi',
    arity: 1,
    keys: undefined,
    write: false,
    noScript: true,
    run({ session }) {
      if (session.transaction) throw new ErrorReply('ERR MULTI calls can not be nested');
      session.transaction = [];
      return OK;
    },
  },
  {
    name: 'exec',
    arity: 1,
    keys: undefined,
    write: true,
    noScript: true,
    run({ server, session }) {
      if (!session.transaction) throw new ErrorReply('ERR EXEC without MULTI');
      return server.runTransaction(session);
    },
  },
  {
    name: 'discard',
    arity: 1,
    keys: undefined,
    write: false,
    noScript: true,
    run({ server, session }) {
      if (!session.transaction) throw new ErrorReply('ERR DISCARD without MULTI');
      session.transaction = undefined;
      session.transactionBroken = false;
      server.unwatch(session);
      return OK;
    },
  },
  {
    name: 'watch',
    arity: -2,
    keys: [1, -1, 1],
    write: false,
    noScript: true,
    run({ server, session }, argv) {
      if (session.transaction) throw new ErrorReply('ERR WATCH inside MULTI is not allowed');
      for (const key of argv.slice(1)) server.watch(session, key);
      return OK;
    },
  },
  {
    name: 'unwatch',
    arity: 1,
    keys: undefined,
    write: false,
    noScript: true,
    run({ server, session }) {
      server.unwatch(session);
      return OK;
    },
  },
];
