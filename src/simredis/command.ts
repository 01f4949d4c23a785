import type { Keyspace } from './keyspace.ts';
import { ErrorReply, type Reply } from './reply.ts';
import type { RedisServer } from './server.ts';
import type { Session } from './session.ts';

/** The command has parked its client; the reply comes later (`blocking.ts`). */
export const BLOCKED: unique symbol = Symbol('blocked');

/** What a command sees of the world. One object a server, reused: nothing may keep it beyond the call. */
export interface CommandContext {
  readonly server: RedisServer;
  readonly db: Keyspace;
  readonly session: Session;
  /** Redis's own clock, in microseconds since the epoch. Frozen while a script or a transaction runs, as in Redis. */
  readonly nowUs: number;
  /** The same in whole milliseconds. */
  readonly nowMs: number;
  /** Inside MULTI/EXEC or a script nothing blocks: a blocking command answers at once as if it had timed out. */
  readonly mayBlock: boolean;
  /** The call comes from a script. */
  readonly inScript: boolean;
}

/** A command that may wait for keys. `attempt` runs now and again each time one of `keys` was written. */
export interface Wait {
  readonly keys: readonly string[];
  /** Clients that compete for the same elements of a key carry the same name: where one finds nothing, none does. */
  readonly rivals?: string | undefined;
  /** 0 waits for ever. */
  readonly timeoutMs: number;
  /** Redis's answer once the time is over. */
  readonly onTimeout: Reply;
  /**
   * The reply, or BLOCKED to go on waiting. May throw an ErrorReply, which unblocks the client with it.
   * @param readyKey once parked: the key that was written
   */
  attempt(context: CommandContext, readyKey?: string): Reply | typeof BLOCKED;
}

/** Where the keys stand in the argument vector: first, last (negative: from the end) and step, as in COMMAND INFO. */
export type KeySpec = readonly [first: number, last: number, step: number];

export interface Command {
  /** Lower case. */
  readonly name: string;
  /** As Redis counts: the name included; negative means "at least". */
  readonly arity: number;
  /** Which arguments are keys; a function where it depends on the arguments (EVAL, XREADGROUP, ZUNIONSTORE). */
  readonly keys: KeySpec | ((argv: readonly string[]) => string[]) | undefined;
  /** Whether it may change the keyspace. */
  readonly write: boolean;
  /** May not be called from a script. */
  readonly noScript?: boolean;
  /** `argv[0]` is the name as sent. Returns the reply, or BLOCKED after `server.wait(…)`. Throws ErrorReply. */
  run(context: CommandContext, argv: readonly string[]): Reply | typeof BLOCKED;
}

/** Asserts the invariants of a command table at load: a duplicate or an upper-case name is a mistake of ours, not a reply. */
export function commandTable(...families: readonly (readonly Command[])[]): ReadonlyMap<string, Command> {
  const table = new Map<string, Command>();
  for (const command of families.flat()) {
    if (command.name !== command.name.toLowerCase()) throw new Error(`command ${command.name} is not in lower case`);
    if (table.has(command.name)) throw new Error(`command ${command.name} is defined twice`);
    table.set(command.name, command);
  }
  return table;
}

/** The keys a call touches, in order of appearance. */
export function keysOf(command: Command, argv: readonly string[]): string[] {
  const spec = command.keys;
  if (spec === undefined) return [];
  if (typeof spec === 'function') return spec(argv);
  const [first, last, step] = spec;
  const end = last < 0 ? argv.length + last : last;
  const keys: string[] = [];
  for (let index = first; index <= end; index += step) keys.push(argv[index] as string);
  return keys;
}

export function unknownCommand(argv: readonly string[]): ErrorReply {
  const shown = argv
    .slice(1)
    .reduce((text, arg) => (text.length < 128 ? `${text}'${arg.slice(0, 128 - text.length)}' ` : text), '');
  return new ErrorReply(`ERR unknown command '${(argv[0] ?? '').slice(0, 128)}', with args beginning with: ${shown}`);
}
