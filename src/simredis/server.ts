import { Blocking, type Timers } from './blocking.ts';
import { BLOCKED, type Command, type CommandContext, unknownCommand, type Wait } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { Keyspace } from './keyspace.ts';
import { PubSub } from './pubsub.ts';
import { ErrorReply, NIL_ARRAY, QUEUED, type Reply, wrongArity } from './reply.ts';
import { ScriptEngine } from './scripting/engine.ts';
import { Session } from './session.ts';

/** Commands as they are sent nearly always: all in lower case, or all in upper case. */
const BY_NAME = new Map([
  ...COMMANDS,
  ...[...COMMANDS].map(([name, command]) => [name.toUpperCase(), command] as const),
]);

/** Commands that MULTI does not queue. */
const NEVER_QUEUED = new Set(['exec', 'discard', 'multi', 'watch', 'reset', 'quit']);

/** Commands whose full name has their first argument in it. */
const CONTAINERS = new Set(['client', 'config', 'function', 'object', 'pubsub', 'script', 'xgroup', 'xinfo']);

/** What a client that has subscribed may still call, as the error for the rest says. */
const SUBSCRIBER_COMMANDS = new Set([
  'subscribe',
  'unsubscribe',
  'psubscribe',
  'punsubscribe',
  'ping',
  'quit',
  'reset',
]);

/**
 * A Redis 7 server as a state machine: an argument vector in, a typed reply out. It knows no network and no CPU: `node.ts`
 * puts it on a host. It is single-threaded, as the real one.
 */
export class RedisServer {
  readonly db: Keyspace;
  readonly pubsub = new PubSub();
  readonly scripts: ScriptEngine;
  readonly blocking: Blocking;
  readonly random: (below: number) => number;
  readonly #context: MutableContext;
  readonly #readClock: () => number;
  readonly #watchers = new Map<string, Set<Session>>();
  #nextSessionId = 1;
  /** Calls that have run, scripts' inner calls not counted. */
  commandsRun = 0;
  /** redis.call and redis.pcall made by scripts. */
  scriptCallsRun = 0;

  /**
   * @param readClock the server's own clock, in integer µs since the epoch.
   * @param random an integer in [0, below), for SPOP and its like: where Redis rolls a die, the simulation's seed decides.
   */
  constructor(readClock: () => number, timers: Timers, random: (below: number) => number = () => 0) {
    this.random = random;
    this.#readClock = readClock;
    this.db = new Keyspace((key) => this.#touched(key));
    this.blocking = new Blocking(timers, (session, reply) => this.#release(session, reply));
    this.scripts = new ScriptEngine();
    this.#context = {
      server: this,
      db: this.db,
      session: this.connect(() => {}),
      nowUs: 0,
      nowMs: 0,
      mayBlock: true,
      inScript: false,
    };
  }

  connect(deliver: (reply: Reply) => void, push?: (message: Reply) => void): Session {
    return new Session(this.#nextSessionId++, deliver, push);
  }

  /** Forgets a connection: its transaction, watches, subscriptions and blocking wait. What it did stays done. */
  disconnect(session: Session): void {
    session.closed = true;
    session.backlog.length = 0;
    this.blocking.unpark(session);
    this.pubsub.drop(session);
    this.unwatch(session);
  }

  /** Takes one call. The reply goes to `session.deliver`, now or, for a blocking command, later. */
  receive(session: Session, argv: readonly string[]): void {
    if (session.closed) return;
    if (session.blocked) {
      session.backlog.push(argv);
      return;
    }
    const reply = this.execute(session, argv);
    if (reply !== BLOCKED) session.deliver(reply);
    if (this.blocking.count > 0) this.blocking.serve(this.#contextFor(session, true));
  }

  /**
   * Answers an error and runs nothing. In a transaction it breaks it, and EXEC itself says so. False where the client is parked: its call
   * waits for its turn, and is then run.
   */
  refuse(session: Session, argv: readonly string[], error: ErrorReply): boolean {
    if (session.closed || session.blocked) {
      this.receive(session, argv);
      return false;
    }
    let reply = error;
    if (session.transaction && (argv[0] as string).toLowerCase() === 'exec') {
      reply = new ErrorReply(`EXECABORT Transaction discarded because of: ${error.text}`);
      session.transaction = undefined;
      session.transactionBroken = false;
      this.unwatch(session);
    } else if (session.transaction) session.transactionBroken = true;
    session.deliver(reply);
    return true;
  }

  /** Runs one call to its reply, without delivering it. */
  execute(session: Session, argv: readonly string[]): Reply | typeof BLOCKED {
    this.commandsRun++;
    if ((this.commandsRun & 0x3ff) === 0) this.db.sweep();
    const command = lookUp(argv);
    if (command instanceof ErrorReply) {
      if (session.transaction) session.transactionBroken = true;
      return command;
    }
    if (session.channels.size + session.patterns.size > 0 && !SUBSCRIBER_COMMANDS.has(command.name)) {
      if (session.transaction) session.transactionBroken = true;
      return notForSubscribers(argv, command.name);
    }
    if (session.transaction && !NEVER_QUEUED.has(command.name)) {
      session.transaction.push({ command, argv });
      return QUEUED;
    }
    return run(command, this.#contextFor(session, true), argv);
  }

  /** EXEC's body: the queued calls, in one event and on one reading of the clock. */
  runTransaction(session: Session): Reply {
    const calls = session.transaction ?? [];
    const aborted = session.transactionBroken;
    const lost = session.watchBroken || this.#watchedKeyExpired(session);
    session.transaction = undefined;
    session.transactionBroken = false;
    this.unwatch(session);
    if (aborted) return new ErrorReply('EXECABORT Transaction discarded because of previous errors.');
    if (lost) return NIL_ARRAY;
    const context = this.#contextFor(session, false);
    return calls.map(({ command, argv }) => run(command, context, argv) as Reply);
  }

  /** A script's redis.call: the script's own session, clock frozen, nothing blocks. */
  runFromScript(session: Session, argv: readonly string[], mayWrite = true): Reply {
    this.scriptCallsRun++;
    if (argv.length === 0) return new ErrorReply('ERR Please specify at least one argument for this redis lib call');
    const command = lookUp(argv);
    if (command instanceof ErrorReply) {
      return command.text.startsWith('ERR unknown command')
        ? new ErrorReply('ERR Unknown Redis command called from script')
        : new ErrorReply('ERR Wrong number of args calling Redis command from script');
    }
    if (command.noScript) return new ErrorReply('ERR This Redis command is not allowed from script');
    if (command.write && !mayWrite) return new ErrorReply('ERR Write commands are not allowed from read-only scripts.');
    const context = this.#context;
    const { mayBlock } = context;
    context.mayBlock = false;
    context.inScript = true;
    context.session = session;
    try {
      return run(command, context, argv) as Reply;
    } finally {
      context.mayBlock = mayBlock;
      context.inScript = false;
    }
  }

  /** Parks the session, unless nothing may block here: then the wait has timed out at once. */
  wait(context: CommandContext, wait: Wait): Reply | typeof BLOCKED {
    const reply = wait.attempt(context);
    if (reply !== BLOCKED) return reply;
    if (!context.mayBlock) return wait.onTimeout;
    this.blocking.park(context.session, wait, context.nowUs);
    return BLOCKED;
  }

  watch(session: Session, key: string): void {
    // A key whose time is over already goes now, lest its going break the watch later.
    this.db.has(key);
    session.watched.add(key);
    const sessions = this.#watchers.get(key);
    if (sessions) sessions.add(session);
    else this.#watchers.set(key, new Set([session]));
  }

  unwatch(session: Session): void {
    for (const key of session.watched) {
      const sessions = this.#watchers.get(key);
      sessions?.delete(session);
      if (sessions?.size === 0) this.#watchers.delete(key);
    }
    session.watched.clear();
    session.watchBroken = false;
  }

  #contextFor(session: Session, mayBlock: boolean): MutableContext {
    const context = this.#context;
    const nowUs = this.#readClock();
    context.session = session;
    context.nowUs = nowUs;
    context.nowMs = Math.floor(nowUs / 1000);
    context.mayBlock = mayBlock;
    this.db.advanceTo(context.nowMs);
    return context;
  }

  #touched(key: string): void {
    this.blocking?.touched(key);
    if (this.#watchers.size === 0) return;
    for (const session of this.#watchers.get(key) ?? []) session.watchBroken = true;
  }

  /** Reading the watched keys lets those whose time is over expire, which breaks the watch. */
  #watchedKeyExpired(session: Session): boolean {
    this.#contextFor(session, true);
    for (const key of session.watched) this.db.has(key);
    return session.watchBroken;
  }

  /** Answers a client that was parked, then takes up the calls it had sent meanwhile. */
  #release(session: Session, reply: Reply): void {
    session.deliver(reply);
    while (session.backlog.length > 0 && !session.blocked)
      this.receive(session, session.backlog.shift() as readonly string[]);
  }
}

type MutableContext = { -readonly [K in keyof CommandContext]: CommandContext[K] };

function notForSubscribers(argv: readonly string[], name: string): ErrorReply {
  const command = CONTAINERS.has(name) ? `${name}|${argv[1]?.toLowerCase()}` : name;
  const allowed = '(P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET';
  return new ErrorReply(`ERR Can't execute '${command}': only ${allowed} are allowed in this context`);
}

function lookUp(argv: readonly string[]): Command | ErrorReply {
  const name = argv[0] as string;
  const command = BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase());
  if (command === undefined) return unknownCommand(argv);
  const { arity } = command;
  if (arity > 0 ? argv.length !== arity : argv.length < -arity) return wrongArity(command.name);
  return command;
}

function run(command: Command, context: CommandContext, argv: readonly string[]): Reply | typeof BLOCKED {
  try {
    return command.run(context, argv);
  } catch (error) {
    if (error instanceof ErrorReply) return error;
    throw error;
  }
}
