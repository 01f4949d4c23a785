import type { CommandContext } from '../command.ts';
import { ErrorReply, type Reply } from '../reply.ts';
import type { Session } from '../session.ts';
import { Interpreter, ScriptStopped } from './interpreter.ts';
import { compileLua } from './lua-binary.ts';
import type { Anchor } from './lua-memory.ts';
import { ScriptRandom } from './random.ts';
import type { ScriptHost } from './redis-library.ts';
import { scriptSha1 } from './sha1.ts';
import { parseShebang } from './shebang.ts';

/** A script in the cache. */
export interface Script {
  readonly sha1: string;
  readonly body: string;
  /** Declared by `#!lua`; undefined where the script has no such line. */
  readonly flags: ReadonlySet<string> | undefined;
  /** Its function in the interpreter of generation `generation`. */
  code: Anchor;
  generation: number;
}

/** Interpreters that no server uses, reset: to make one takes a millisecond. */
const idle: Interpreter[] = [];
const IDLE_MAX = 4;

/**
 * A server's scripts: EVAL's cache and the interpreter they run in.
 *
 * Every server has an interpreter of its own, made when the first script comes, so that nothing goes from one run to
 * another. The clock stands still while a script runs; its calls go through `server.runFromScript`.
 */
export class ScriptEngine {
  readonly #scripts = new Map<string, Script>();
  readonly #byBody = new Map<string, Script>();
  readonly #host: EngineHost = new EngineHost();
  #interpreter: Interpreter | undefined;
  #generation = 0;

  constructor() {
    compileLua();
  }

  /** Compiles a script and keeps it under its SHA1. @throws {ErrorReply} where it does not compile. */
  load(body: string): Script {
    const known = this.#byBody.get(body);
    if (known) return known;
    const { flags, code } = parseShebang(body);
    const script: Script = {
      sha1: scriptSha1(body),
      body,
      flags,
      code: this.#compile(code),
      generation: this.#generation,
    };
    this.#scripts.set(script.sha1, script);
    this.#byBody.set(body, script);
    return script;
  }

  /** A cached script by its SHA1, in whatever case. */
  find(sha1Hex: string): Script | undefined {
    return this.#scripts.get(sha1Hex) ?? this.#scripts.get(sha1Hex.toLowerCase());
  }

  /** SCRIPT FLUSH: forgets every script, and all that scripts have left in the interpreter. */
  flush(): void {
    this.#scripts.clear();
    this.#byBody.clear();
    this.#forgetState();
  }

  /** Gives the interpreter back. The engine stays usable: the next script takes another. */
  close(): void {
    this.#forgetState();
    if (this.#interpreter?.isLean && idle.length < IDLE_MAX) idle.push(this.#interpreter);
    this.#interpreter = undefined;
  }

  /** Runs a script to its reply. `readOnly`: EVAL_RO and EVALSHA_RO. */
  run(
    context: CommandContext,
    script: Script,
    keys: readonly string[],
    argv: readonly string[],
    readOnly: boolean,
  ): Reply {
    if (readOnly && script.flags && !script.flags.has('no-writes')) {
      return new ErrorReply('ERR Can not execute a script with write flag using *_ro command.');
    }
    if (script.generation !== this.#generation || !this.#interpreter) {
      script.code = this.#compile(parseShebang(script.body).code);
      script.generation = this.#generation;
    }
    const interpreter = this.#interpreter as Interpreter;
    this.#host.begin(context, !readOnly && !script.flags?.has('no-writes'));
    try {
      return interpreter.run(script.code, script.sha1, keys, argv, this.#host);
    } catch (error) {
      this.#interpreter = undefined;
      this.#generation++;
      if (error instanceof ScriptStopped) return error.reply;
      throw error;
    }
  }

  #compile(code: string): Anchor {
    this.#interpreter ??= idle.pop() ?? new Interpreter();
    const compiled = this.#interpreter.compile(code);
    if (typeof compiled !== 'string') return compiled;
    throw new ErrorReply(`ERR Error compiling script (new function): ${compiled}`);
  }

  #forgetState(): void {
    this.#interpreter?.reset();
    this.#generation++;
  }
}

/** The way from a running script to its server. One object an engine: scripts do not nest. */
class EngineHost implements ScriptHost {
  readonly random = new ScriptRandom();
  #server: CommandContext['server'] | undefined;
  #session: Session | undefined;
  #mayWrite = true;

  begin(context: CommandContext, mayWrite: boolean): void {
    this.#server = context.server;
    this.#session = context.session;
    this.#mayWrite = mayWrite;
  }

  execute(argv: readonly string[]): Reply {
    return (this.#server as CommandContext['server']).runFromScript(this.#session as Session, argv, this.#mayWrite);
  }

  /** RESP3 replies are not modelled: a script that asks for them goes on to see RESP2's. */
  setProtocol(): void {}
}
