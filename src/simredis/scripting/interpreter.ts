import { ErrorReply, type Reply } from '../reply.ts';
import { baseReplacements, guards, randomReplacements } from './base-library.ts';
import { bitLibrary } from './bit-library.ts';
import { cjsonLibrary } from './cjson-library.ts';
import { FIELD_NAMES, type FieldNames, oneLine, toReply } from './conversion.ts';
import { NULL } from './json-decoder.ts';
import { LUA_NUMBER, LUA_STRING, LUA_TABLE, STATUS_OUT_OF_MEMORY, VALUE_BYTES } from './lua-layout.ts';
import type { Anchor } from './lua-memory.ts';
import { type HostFunction, LuaState } from './lua-state.ts';
import { redisLibrary, type ScriptHost } from './redis-library.ts';
import { INSTRUCTIONS_PER_CHECK, SANDBOX } from './sandbox.ts';
import { formatReplacement } from './string-library.ts';

/**
 * How many instructions of Lua's machine one script may run: some seconds of a real server's time. A real server would go
 * on and answer BUSY to everyone else.
 */
export const SCRIPT_INSTRUCTIONS_MAX = 200_000_000;

const LEAN_BYTES_MAX = 32 * 1024 * 1024;

/** A script was thrown out of: the interpreter it ran in is of no more use. */
export class ScriptStopped extends Error {
  readonly reply: ErrorReply;

  constructor(reply: ErrorReply) {
    super(reply.text);
    this.reply = reply;
  }
}

/** A Lua interpreter set up as Redis 7.0 sets up its own, with nothing of any script in it until one is compiled. */
export class Interpreter {
  readonly #lua = new LuaState();
  readonly #names: FieldNames;
  readonly #keysName: Anchor;
  readonly #argvName: Anchor;
  readonly #globals: Anchor;
  readonly #scripts: Anchor;
  readonly #handler: Anchor;
  /** The real table behind each stand-in, by the stand-in's address. */
  readonly #standIns = new Map<number, Anchor>();
  #host: ScriptHost | undefined;
  /** The host of whichever script runs. */
  readonly #running = (): ScriptHost => this.#host as ScriptHost;
  #scriptCount = 0;
  #checksLeft = 0;

  constructor() {
    const lua = this.#lua;
    const name = (text: string): Anchor => {
      // A chunk's constants live as long as it does, and the registry keeps it.
      const anchor = lua.evaluate(`local name = '${text}' debug.getregistry()['name ' .. name] = name return name`);
      lua.pop(lua.main);
      return anchor;
    };
    this.#names = Object.fromEntries(FIELD_NAMES.map((field) => [field, name(field)])) as unknown as FieldNames;
    this.#keysName = name('KEYS');
    this.#argvName = name('ARGV');

    const host = lua.evaluate(`local host = { functions = {}, libraries = {} }
      debug.getregistry().host = host
      return host`);
    lua.pop(lua.main);
    const add = (path: string, functions: Record<string, HostFunction>): void => {
      lua.addFunctions(new Map(Object.entries(functions)), (key, closure) => {
        const setting = `local host, closure = ... host.${path} = host.${path} or {} host.${path}.${key} = closure return closure`;
        lua.evaluate(setting, host, closure);
        lua.pop(lua.main);
      });
    };
    add('functions', guards(lua));
    add('libraries.redis', redisLibrary(lua, this.#names, this.#running));
    add('libraries.bit', bitLibrary(lua));
    add('libraries.cjson', cjsonLibrary(lua));
    lua.evaluate('local host, null = ... host.null = null return host', host, NULL);
    lua.pop(lua.main);
    this.#replaceFunctions();

    const kept = lua.evaluate(SANDBOX, host);
    const field = (key: string): Anchor => lua.anchorAt(lua.fieldNamed(kept.pointer, key));
    this.#globals = field('real');
    this.#scripts = field('scripts');
    this.#handler = field('handler');
    const standIns = field('standIns').pointer;
    for (let index = 0; ; index += 2) {
      if (index >= lua.arrayLength(standIns)) break;
      const slot = lua.arraySlot(standIns, index);
      if (lua.typeAt(slot) !== LUA_TABLE) break;
      this.#standIns.set(lua.pointerAt(slot), lua.anchorAt(slot + VALUE_BYTES));
    }
    lua.pop(lua.main);
    lua.setHook(() => this.#spend());
    lua.remember();
  }

  #replaceFunctions(): void {
    const lua = this.#lua;
    const replace = (library: string, functions: Record<string, Parameters<LuaState['replaceFunction']>[1]>): void => {
      for (const [key, body] of Object.entries(functions)) {
        lua.replaceFunction(lua.evaluate(`return ${library}.${key}`), body);
        lua.pop(lua.main);
      }
    };
    replace('_G', baseReplacements(lua, this.#names, this.#standIns));
    replace('string', { format: formatReplacement(lua) });
    replace(
      'math',
      randomReplacements(lua, () => this.#running().random),
    );
  }

  /** Whether it is worth keeping for another server: memory never shrinks. */
  get isLean(): boolean {
    return this.#lua.memoryBytes <= LEAN_BYTES_MAX;
  }

  /** Forgets every script, and all that scripts have left behind. */
  reset(): void {
    this.#lua.reset();
    this.#host = undefined;
    this.#scriptCount = 0;
  }

  /** Compiles a script and keeps it. @returns its function, or why it would not compile. */
  compile(body: string): Anchor | string {
    const lua = this.#lua;
    lua.pushAnchor(lua.main, this.#scripts);
    const problem = lua.load(lua.main, body, '@user_script');
    if (problem !== undefined) {
      lua.pop(lua.main);
      return problem;
    }
    const script = lua.anchorAt(lua.top(lua.main));
    lua.setIndex(lua.main, ++this.#scriptCount);
    lua.pop(lua.main);
    return script;
  }

  /**
   * Runs a compiled script.
   *
   * @param sha1 names it in errors.
   * @throws {ScriptStopped} where it ran too long or took too much memory, and whatever the host threw. Then the interpreter
   * is of no more use.
   */
  run(script: Anchor, sha1: string, keys: readonly string[], argv: readonly string[], host: ScriptHost): Reply {
    const lua = this.#lua;
    const { main } = lua;
    this.#host = host;
    this.#checksLeft = SCRIPT_INSTRUCTIONS_MAX / INSTRUCTIONS_PER_CHECK;

    lua.pushAnchor(main, this.#globals);
    this.#pushStrings(keys);
    lua.setField(main, this.#keysName);
    this.#pushStrings(argv);
    lua.setField(main, this.#argvName);
    lua.pop(main);

    lua.pushAnchor(main, this.#handler);
    lua.pushAnchor(main, script);
    const status = lua.protectedCall(main, 0, 1, -2);
    const result = lua.top(main);
    const reply = status === 0 ? toReply(lua, this.#names, result) : this.#errorReply(result, sha1);
    if (status === STATUS_OUT_OF_MEMORY) throw new ScriptStopped(reply as ErrorReply);
    lua.pop(main, 2);
    return reply;
  }

  #pushStrings(items: readonly string[]): void {
    const lua = this.#lua;
    const { main } = lua;
    lua.pushTable(main);
    for (let index = 0; index < items.length; index++) {
      lua.pushString(main, items[index] as string);
      lua.setIndex(main, index + 1);
    }
  }

  /** What ended a script, with where it did, as the error handler has left it. */
  #errorReply(slot: number, sha1: string): ErrorReply {
    const lua = this.#lua;
    if (lua.typeAt(slot) !== LUA_TABLE) {
      const reason = lua.typeAt(slot) === LUA_STRING ? lua.stringAt(slot) : 'execution failure';
      return new ErrorReply(`ERR Error running script ${sha1}, ${reason.slice(0, 100)}`);
    }
    const read = (name: string): string | undefined => {
      const found = lua.fieldNamed(lua.pointerAt(slot), name);
      if (found === 0) return undefined;
      if (lua.typeAt(found) === LUA_STRING) return lua.stringAt(found);
      return lua.typeAt(found) === LUA_NUMBER ? lua.numberText(lua.main, found) : undefined;
    };
    const [text = 'ERR unknown error', source, line] = [read('err'), read('source'), read('line')];
    const place = source !== undefined && line !== undefined ? ` script: ${sha1}, on ${source}:${line}.` : '';
    return new ErrorReply(oneLine(`${text}${place}`));
  }

  #spend(): void {
    if (--this.#checksLeft > 0) return;
    throw new ScriptStopped(
      new ErrorReply(`ERR Script stopped: it ran more than ${SCRIPT_INSTRUCTIONS_MAX} Lua instructions`),
    );
  }
}
