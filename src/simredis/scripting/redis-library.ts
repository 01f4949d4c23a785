import { ErrorReply, type Reply } from '../reply.ts';
import { stringArgument } from './argument.ts';
import { type FieldNames, formatNumber, pushError, pushReply } from './conversion.ts';
import { LUA_NUMBER, LUA_STRING } from './lua-layout.ts';
import type { HostFunction, LuaState } from './lua-state.ts';
import type { ScriptRandom } from './random.ts';
import { sha1 } from './sha1.ts';

const NO_ARGUMENTS = 'ERR Please specify at least one argument for this redis lib call';
const BAD_ARGUMENTS = 'ERR Lua redis lib command arguments must be strings or integers';
const WRONG_SINGLE_ARGUMENT = 'ERR wrong number or type of arguments';
const LOG_LEVEL_MAX = 3;
const REPLICATION_FLAGS = 3;

/** What a script's calls need of the server. */
export interface ScriptHost {
  readonly random: ScriptRandom;
  execute(argv: readonly string[]): Reply;
  /** redis.setresp */
  setProtocol(version: 2 | 3): void;
}

/** The functions of `redis`. */
export function redisLibrary(lua: LuaState, names: FieldNames, host: () => ScriptHost): Record<string, HostFunction> {
  const fail = (thread: number, text: string): never => {
    pushError(lua, thread, names, text);
    return lua.raiseTop(thread, 0);
  };
  const call =
    (raises: boolean): HostFunction =>
    (thread) => {
      const reply = execute(lua, thread, host());
      if (reply instanceof ErrorReply) {
        pushError(lua, thread, names, reply.text, reply !== NO_CALL && reply !== BAD_CALL);
        if (raises) lua.raiseTop(thread, 0);
      } else pushReply(lua, thread, names, reply);
      return 1;
    };
  return {
    call: call(true),
    pcall: call(false),
    log: (thread) => {
      if (lua.argumentCount(thread) < 2) fail(thread, 'ERR redis.log() requires two arguments or more.');
      const slot = lua.argument(thread, 0);
      if (lua.typeAt(slot) !== LUA_NUMBER) fail(thread, 'ERR First argument must be a number (log level).');
      const level = Math.trunc(lua.numberAt(slot));
      if (!(level >= 0 && level <= LOG_LEVEL_MAX)) fail(thread, 'ERR Invalid debug level.');
      return 0;
    },
    sha1hex: (thread) => {
      if (lua.argumentCount(thread) !== 1) fail(thread, 'ERR wrong number of arguments');
      lua.pushString(thread, sha1(stringArgument(lua, thread, 0) ?? ''));
      return 1;
    },
    error_reply: (thread) => {
      const text = singleString(lua, thread);
      if (text === undefined) pushError(lua, thread, names, WRONG_SINGLE_ARGUMENT);
      else pushError(lua, thread, names, withCode(text));
      return 1;
    },
    status_reply: (thread) => {
      const text = singleString(lua, thread);
      if (text === undefined) {
        pushError(lua, thread, names, WRONG_SINGLE_ARGUMENT);
        return 1;
      }
      lua.pushTable(thread);
      lua.pushString(thread, text);
      lua.setField(thread, names.ok);
      return 1;
    },
    setresp: (thread) => {
      if (lua.argumentCount(thread) !== 1) fail(thread, 'ERR redis.setresp() requires one argument.');
      const version = integer(lua, thread);
      if (version !== 2 && version !== 3) fail(thread, 'ERR RESP version must be 2 or 3.');
      host().setProtocol(version as 2 | 3);
      return 0;
    },
    set_repl: (thread) => {
      if (lua.argumentCount(thread) !== 1) fail(thread, 'ERR redis.set_repl() requires two arguments.');
      const flags = integer(lua, thread);
      if (!(flags >= 0 && flags <= REPLICATION_FLAGS)) {
        fail(thread, 'ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.');
      }
      return 0;
    },
    replicate_commands: (thread) => {
      lua.pushBoolean(thread, true);
      return 1;
    },
    acl_check_cmd: (thread) => {
      lua.pushBoolean(thread, true);
      return 1;
    },
    breakpoint: (thread) => {
      lua.pushBoolean(thread, false);
      return 1;
    },
    debug: () => 0,
  };
}

const NO_CALL = new ErrorReply(NO_ARGUMENTS);
const BAD_CALL = new ErrorReply(BAD_ARGUMENTS);

function execute(lua: LuaState, thread: number, host: ScriptHost): Reply {
  const count = lua.argumentCount(thread);
  if (count === 0) return NO_CALL;
  const argv: string[] = [];
  for (let index = 0; index < count; index++) {
    const slot = lua.argument(thread, index);
    const type = lua.typeAt(slot);
    if (type === LUA_STRING) argv.push(lua.stringAt(slot));
    else if (type === LUA_NUMBER) argv.push(formatNumber(lua, thread, slot));
    else return BAD_CALL;
  }
  return host.execute(argv);
}

/** The first argument as C's int: 0 for what is no number. */
function integer(lua: LuaState, thread: number): number {
  return Math.trunc(Number(stringArgument(lua, thread, 0))) || 0;
}

function singleString(lua: LuaState, thread: number): string | undefined {
  if (lua.argumentCount(thread) !== 1) return undefined;
  const slot = lua.argument(thread, 0);
  return lua.typeAt(slot) === LUA_STRING ? lua.stringAt(slot) : undefined;
}

/** An error's text with a code before it: the first word if there is more than one, else ERR. A C string, one line. */
function withCode(text: string): string {
  const [line = ''] = text.split('\0');
  const bare = (line.startsWith('-') ? line.slice(1) : line).replace(/[\r\n]+$/, '');
  return bare.includes(' ') ? bare : `ERR ${bare}`;
}
