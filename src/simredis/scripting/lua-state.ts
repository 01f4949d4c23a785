import { installInTable } from './host-functions.ts';
import type { TableFunction } from './lua-binary.ts';
import * as layout from './lua-layout.ts';
import type { Anchor } from './lua-memory.ts';
import { LuaStack } from './lua-stack.ts';

/** A C function in JavaScript: takes the thread that calls, returns how many results it has left on the stack. */
export type HostFunction = (thread: number) => number;

/** Emscripten's C stack lies between the static data and the heap. */
const C_STACK_BYTES = 5 * 1024 * 1024;

/** The interpreter's whole state, to go back to. */
interface Image {
  readonly statics: Uint8Array;
  readonly heap: Uint8Array;
  readonly heapAt: number;
  readonly scratch: number;
  readonly scratchBytes: number;
  readonly blank: Anchor;
  readonly blankBytes: number;
}

/** One Lua 5.1.5 interpreter: host functions in it, errors they raise, and the way back to what it was. */
export class LuaState extends LuaStack {
  readonly #raise = this.functionOf(this.error);
  #image: Image | undefined;

  /** Raises a value of the stack's top as an error. A string is preceded by the caller's position where `level` is 1. */
  raiseTop(thread: number, level: 0 | 1): never {
    // luaB_error in the frame of the host function that raises: then levels count from there, as for lua_error.
    const value = this.anchorAt(this.top(thread));
    this.api.lua_settop(thread, 0);
    this.pushAnchor(thread, value);
    this.pushNumber(thread, level);
    this.#raise(thread);
    throw new Error('luaB_error has returned');
  }

  /** Raises a message as luaL_error does, with the caller's position (level 1), or without (level 0). */
  raise(thread: number, message: string, level: 0 | 1 = 1): never {
    this.pushString(thread, message);
    return this.raiseTop(thread, level);
  }

  /** The code behind a C function. Call it only from a host function, whose frame it takes over. */
  functionOf(closure: Anchor): TableFunction {
    return this.api.table.get(this.word(closure.pointer + layout.CLOSURE_FUNCTION));
  }

  /** Makes C functions of JavaScript's. The caller must anchor each at once: they are given one by one. */
  addFunctions(functions: ReadonlyMap<string, HostFunction>, anchor: (name: string, closure: Anchor) => void): void {
    let index = installInTable(this.api.table, [...functions.values()], 1, 1);
    for (const name of functions.keys()) {
      // The API that makes a C closure is not exported. string.gmatch makes one; its code is then replaced.
      this.pushAnchor(this.main, this.makeFunction);
      this.call(this.main, 0, 1);
      const closure = this.anchorAt(this.top(this.main));
      this.int32[(closure.pointer + layout.CLOSURE_FUNCTION) >> 2] = index++;
      anchor(name, closure);
      this.pop(this.main);
    }
  }

  /** Puts JavaScript in the place of a C function's code, and returns that code. Upvalues stay. */
  replaceFunction(closure: Anchor, body: (original: TableFunction) => HostFunction): void {
    const original = this.functionOf(closure);
    this.int32[(closure.pointer + layout.CLOSURE_FUNCTION) >> 2] = installInTable(
      this.api.table,
      [body(original)],
      1,
      1,
    );
  }

  /** Has every thread call back each time it has run some instructions. The debug library must have set a hook before. */
  setHook(callback: () => void): void {
    const hook = installInTable(this.api.table, [callback as unknown as TableFunction], 2, 0);
    this.int32[(this.main + layout.STATE_HOOK) >> 2] = hook;
  }

  get memoryBytes(): number {
    return this.bytes.length;
  }

  /** Remembers everything as it is now. Nothing may be running. */
  remember(): void {
    const stackTop = this.api.stackSave();
    let end = this.bytes.length;
    while (this.word(end - 4) === 0) end -= 4;
    this.#image = {
      statics: this.bytes.slice(0, stackTop - C_STACK_BYTES),
      heap: this.bytes.slice(stackTop, end),
      heapAt: stackTop,
      scratch: this.scratch,
      scratchBytes: this.scratchBytes,
      blank: this.blank,
      blankBytes: this.blankBytes,
    };
  }

  /** Goes back to what was remembered, wherever the interpreter was: also out of a script that was thrown out of. */
  reset(): void {
    const image = this.#image;
    if (!image) throw new Error('nothing to go back to: call remember() first');
    this.bytes.set(image.statics, 0);
    this.bytes.set(image.heap, image.heapAt);
    this.api.stackRestore(image.heapAt);
    this.scratch = image.scratch;
    this.scratchBytes = image.scratchBytes;
    this.blank = image.blank;
    this.blankBytes = image.blankBytes;
  }
}
