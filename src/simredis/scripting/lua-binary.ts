import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  Instance,
  Module,
  type WebAssemblyExports,
  type WebAssemblyMemory,
  type WebAssemblyModule,
  type WebAssemblyTable,
} from './web-assembly.ts';

/**
 * The official Lua 5.1.5 as WebAssembly, from `lua-wasm-bindings`, without that package's own loader: the loader reads the
 * wall clock and the environment and installs process-wide error handlers.
 *
 * The interpreter's memory layout is part of what we use (`lua-layout.ts`), so exactly one binary will do.
 */
const BINARY = 'lua-wasm-bindings/dist/glue/glue-lua-5.1.5.wasm';
const BINARY_SHA256 = '827e0dc36ee65ba3e7c0e929a49d6f55350c47a522fc72d70db0ebcae164af97';

/** Beyond this a script sees `not enough memory`. */
const MEMORY_BYTES_MAX = 128 * 1024 * 1024;
const PAGE_BYTES = 65536;

/** What the import `longjmp` throws to unwind to Lua's nearest protected call. Never catch it without rethrowing. */
export const LONG_JUMP = 'longjmp';

/** A function of 32-bit integers, as it stands in the interpreter's function table. */
export type TableFunction = (...args: number[]) => number;

/** The exports we use, by their names in C. The binary has them under one-letter names. */
export interface LuaExports {
  readonly memory: WebAssemblyMemory;
  readonly table: WebAssemblyTable;
  lua_settop(state: number, index: number): void;
  lua_tolstring(state: number, index: number, length: number): number;
  lua_pushstring(state: number, text: number): void;
  lua_settable(state: number, index: number): void;
  lua_getfield(state: number, index: number, name: number): void;
  lua_call(state: number, args: number, results: number): void;
  lua_pcall(state: number, args: number, results: number, handler: number): number;
  luaL_loadbuffer(state: number, buffer: number, length: number, name: number): number;
  luaL_newstate(): number;
  luaopen_base(state: number): void;
  luaopen_debug(state: number): void;
  luaopen_math(state: number): void;
  luaopen_table(state: number): void;
  luaopen_string(state: number): void;
  malloc(bytes: number): number;
  stackSave(): number;
  stackRestore(pointer: number): void;
}

let compiled: WebAssemblyModule | undefined;

/** Compiles the interpreter, once a process. It reads a file, so it must happen before simulated code runs. */
export function compileLua(): WebAssemblyModule {
  if (compiled) return compiled;
  const path = createRequire(import.meta.url).resolve(BINARY);
  const bytes = readFileSync(path);
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== BINARY_SHA256) {
    throw new Error(`${path} is not the Lua 5.1.5 that Windtunnel was made for: install lua-wasm-bindings 0.5.3`);
  }
  compiled = new Module(bytes);
  return compiled;
}

/**
 * A fresh interpreter. Its only links to the world are its own unwinding and its memory's growth; the clock stands at 0 and
 * the environment is empty.
 *
 * @param onGrowth called after the memory has moved: every view of it is void.
 */
export function instantiateLua(onGrowth: (memory: ArrayBuffer) => void): LuaExports {
  let raw: WebAssemblyExports = {};
  let temporary = 0;
  const setThrew = (value: number, code: number): void => (raw.oa as (a: number, b: number) => void)(value, code);

  const refused = () => {
    throw new Error('a Lua script reached for the operating system');
  };
  const imports: Record<string, unknown> = {
    b: (value: number) => {
      temporary = value;
    },
    e: () => temporary,
    f: () => 0,
    g: (environment: number, value: number) => {
      setThrew(environment, value || 1);
      throw LONG_JUMP;
    },
    l: (index: number, first: number, second: number) => {
      const stack = (raw.la as () => number)();
      try {
        (raw.qa as WebAssemblyTable).get(index)(first, second);
      } catch (error) {
        if (error !== LONG_JUMP) throw error;
        (raw.ma as (pointer: number) => void)(stack);
        setThrew(1, 0);
      }
    },
    n: (bytes: number) => {
      const memory = raw.F as WebAssemblyMemory;
      const wanted = bytes >>> 0;
      if (wanted > MEMORY_BYTES_MAX) return 0;
      // A fifth more than asked for, so that a growing heap does not move at every step.
      const target = Math.min(MEMORY_BYTES_MAX, Math.max(wanted, memory.buffer.byteLength * 1.2));
      memory.grow(Math.ceil((target - memory.buffer.byteLength) / PAGE_BYTES));
      onGrowth(memory.buffer);
      return 1;
    },
    x: () => 0,
    A: (count: number, size: number) => {
      const view = new DataView((raw.F as WebAssemblyMemory).buffer);
      view.setInt32(count, 0, true);
      view.setInt32(size, 0, true);
      return 0;
    },
    z: () => 0,
    E: (target: number, source: number, bytes: number) => {
      new Uint8Array((raw.F as WebAssemblyMemory).buffer).copyWithin(target, source, source + bytes);
      return target;
    },
  };
  for (const { name } of Module.imports(compileLua())) imports[name] ??= refused;
  raw = new Instance(compileLua(), { a: imports }).exports;
  (raw.G as () => void)();
  return {
    memory: raw.F,
    table: raw.qa,
    lua_settop: raw.I,
    lua_tolstring: raw.Q,
    lua_pushstring: raw.R,
    lua_settable: raw.U,
    lua_getfield: raw.T,
    lua_call: raw.W,
    lua_pcall: raw.X,
    luaL_loadbuffer: raw.Z,
    luaL_newstate: raw.$,
    luaopen_base: raw.aa,
    luaopen_debug: raw.ba,
    luaopen_math: raw.da,
    luaopen_table: raw.ea,
    luaopen_string: raw.fa,
    malloc: raw.pa,
    stackSave: raw.la,
    stackRestore: raw.ma,
  } as unknown as LuaExports;
}
