import type { Command } from './command.ts';
import type { Reply } from './reply.ts';

/** A queued call of a transaction. */
export interface QueuedCall {
  readonly command: Command;
  readonly argv: readonly string[];
}

/**
 * One client connection as the server sees it. `deliver` takes every reply in the order of the calls; `push` takes
 * published messages, and the confirmations of a SUBSCRIBE of several channels but for the last, which is its reply. Both
 * go out in the order in which they are called: a connection must not let one overtake the other.
 */
export class Session {
  readonly id: number;
  readonly deliver: (reply: Reply) => void;
  readonly push: (message: Reply) => void;
  name = '';
  /** Calls queued since MULTI; undefined outside a transaction. */
  transaction: QueuedCall[] | undefined;
  /** A call was refused while queueing: EXEC answers EXECABORT. */
  transactionBroken = false;
  /** WATCHed keys, until EXEC, DISCARD or UNWATCH. */
  readonly watched = new Set<string>();
  /** A WATCHed key was touched: EXEC answers nil. */
  watchBroken = false;
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  /** Parked in a blocking command: later calls wait in `backlog`. */
  blocked = false;
  readonly backlog: (readonly string[])[] = [];
  closed = false;

  constructor(id: number, deliver: (reply: Reply) => void, push: (message: Reply) => void = () => {}) {
    this.id = id;
    this.deliver = deliver;
    this.push = push;
  }
}
