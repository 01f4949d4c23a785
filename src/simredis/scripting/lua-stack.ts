import { instantiateLua, type LuaExports } from './lua-binary.ts';
import * as layout from './lua-layout.ts';
import { type Anchor, LuaMemory, SHORT_STRING } from './lua-memory.ts';

const SCRATCH_BYTES = 64 * 1024;
/** Stack slots that a host function may count on without asking, as LUA_MINSTACK. */
const STACK_RESERVE = 20;
/** How much stack is left when more is made: the locals of a function of our own. */
const STACK_STEP = 199;

/** A Lua 5.1.5 interpreter's stacks: pushing values, storing them in tables, compiling and calling. */
export class LuaStack extends LuaMemory {
  readonly main: number;
  protected readonly api: LuaExports;
  protected scratch: number;
  protected scratchBytes = SCRATCH_BYTES;
  readonly #newTable: Anchor;
  readonly #growStack: Anchor;
  readonly #substring: Anchor;
  readonly #makeBlank: Anchor;
  /** Returns a C function like no other, whose code may be replaced. */
  protected readonly makeFunction: Anchor;
  /** Lua's `error`. */
  protected readonly error: Anchor;
  readonly #format: Anchor;
  readonly #allDigits: Anchor;
  protected blank: Anchor = { pointer: 0, type: layout.LUA_STRING };
  protected blankBytes = 0;

  constructor() {
    super();
    this.api = instantiateLua((memory) => this.view(memory));
    this.view(this.api.memory.buffer);
    this.scratch = this.api.malloc(SCRATCH_BYTES);
    this.main = this.api.luaL_newstate();
    for (const open of ['base', 'table', 'string', 'math', 'debug'] as const) this.api[`luaopen_${open}`](this.main);
    this.api.lua_settop(this.main, 0);

    const locals = Array.from({ length: STACK_STEP }, (_, index) => `l${index}`).join(',');
    const kept = this.evaluate(
      `local rep, gmatch, kept = string.rep, string.gmatch
      kept = {
        function() return {} end,
        function() local ${locals} end,
        string.sub,
        function(bytes) kept.blank = rep(' ', bytes) return kept.blank end,
        function() return gmatch('', '') end,
        error,
        string.format,
        '%.17g',
      }
      debug.getregistry().windtunnel = kept
      return kept`,
    ).pointer;
    const at = (index: number): Anchor => this.anchorAt(this.arraySlot(kept, index));
    this.#newTable = at(0);
    this.#growStack = at(1);
    this.#substring = at(2);
    this.#makeBlank = at(3);
    this.makeFunction = at(4);
    this.error = at(5);
    this.#format = at(6);
    this.#allDigits = at(7);
    this.api.lua_settop(this.main, 0);
  }

  /**
   * Compiles a chunk and leaves its function on the stack, or leaves nothing.
   *
   * @returns why it would not compile, if it would not.
   */
  load(thread: number, source: string, chunkName: string): string | undefined {
    this.#write(`${source}\0${chunkName}`);
    const { length } = source;
    if (this.api.luaL_loadbuffer(thread, this.scratch, length, this.scratch + length + 1) === 0) return undefined;
    const message = this.stringAt(this.top(thread));
    this.pop(thread);
    return message;
  }

  /** Runs code of our own, and leaves its one result on the main stack. Throws what it throws. */
  evaluate(source: string, ...args: readonly Anchor[]): Anchor {
    const { main } = this;
    const message = this.load(main, source, '=windtunnel');
    if (message !== undefined) throw new Error(message);
    for (const argument of args) this.pushAnchor(main, argument);
    if (this.api.lua_pcall(main, args.length, 1, 0) !== 0) throw new Error(this.stringAt(this.top(main)));
    return this.anchorAt(this.top(main));
  }

  /**
   * Calls the function below `args` arguments. An error goes through the handler, and on to Lua's nearest protected call.
   */
  call(thread: number, args: number, results: number): void {
    this.api.lua_call(thread, args, results);
  }

  /** The same, protected. @returns Lua's status; unless it is 0 the error is on the stack in place of the results. */
  protectedCall(thread: number, args: number, results: number, handler: number): number {
    return this.api.lua_pcall(thread, args, results, handler);
  }

  /** Takes values off the stack. */
  pop(thread: number, count = 1): void {
    this.int32[(thread + layout.STATE_TOP) >> 2] = this.word(thread + layout.STATE_TOP) - count * layout.VALUE_BYTES;
  }

  /** Makes sure that some slots may be pushed. Needed by whatever pushes in a loop or in recursion. */
  reserve(thread: number): void {
    const free = this.word(thread + layout.STATE_STACK_LAST) - this.word(thread + layout.STATE_TOP);
    if (free >= 2 * STACK_RESERVE * layout.VALUE_BYTES) return;
    this.pushAnchor(thread, this.#growStack);
    this.api.lua_call(thread, 0, 0);
  }

  /** The slot of a field; 0 where the table has none. */
  fieldNamed(table: number, name: string): number {
    this.pushString(this.main, name);
    const slot = this.field(table, this.anchorAt(this.top(this.main)));
    this.pop(this.main);
    return slot;
  }

  pushNil(thread: number): void {
    this.#pushWord(thread, 0, layout.LUA_NIL);
  }

  pushBoolean(thread: number, value: boolean): void {
    this.#pushWord(thread, value ? 1 : 0, layout.LUA_BOOLEAN);
  }

  pushNumber(thread: number, value: number): void {
    const slot = this.word(thread + layout.STATE_TOP);
    this.float64[slot >> 3] = value;
    this.int32[(slot + layout.VALUE_TYPE) >> 2] = layout.LUA_NUMBER;
    this.int32[(thread + layout.STATE_TOP) >> 2] = slot + layout.VALUE_BYTES;
  }

  pushAnchor(thread: number, anchor: Anchor): void {
    this.#pushWord(thread, anchor.pointer, anchor.type);
  }

  /** Pushes a copy of a value. */
  pushSlot(thread: number, slot: number): void {
    const type = this.typeAt(slot);
    if (type === layout.LUA_NUMBER) this.pushNumber(thread, this.numberAt(slot));
    else this.#pushWord(thread, this.word(slot), type);
  }

  /** Overwrites a value on a stack. */
  replace(slot: number, anchor: Anchor): void {
    this.int32[slot >> 2] = anchor.pointer;
    this.int32[(slot + layout.VALUE_TYPE) >> 2] = anchor.type;
  }

  pushString(thread: number, text: string): void {
    const end = this.#write(text);
    if (end) this.api.lua_pushstring(thread, this.scratch);
    else this.#pushWithNul(thread, text);
  }

  /** A number's text as `tostring` gives it: `%.14g`. */
  numberText(thread: number, slot: number): string {
    this.pushSlot(thread, slot);
    this.api.lua_tolstring(thread, -1, 0);
    const text = this.stringAt(this.top(thread));
    this.pop(thread);
    return text;
  }

  /** A number's text with all its digits: `%.17g`. JavaScript's own rounds halves up where C rounds them to even. */
  numberDigits(thread: number, slot: number): string {
    const number = this.numberAt(slot);
    this.reserve(thread);
    this.pushAnchor(thread, this.#format);
    this.pushAnchor(thread, this.#allDigits);
    this.pushNumber(thread, number);
    this.call(thread, 2, 1);
    const text = this.stringAt(this.top(thread));
    this.pop(thread);
    return text;
  }

  pushTable(thread: number): void {
    this.pushAnchor(thread, this.#newTable);
    this.api.lua_call(thread, 0, 1);
  }

  /** Pops a value and stores it at an index, from 1, of the table below it. */
  setIndex(thread: number, index: number): void {
    // Key and value change places: the API wants the key first.
    this.pushSlot(thread, this.top(thread));
    const key = this.top(thread) - layout.VALUE_BYTES;
    this.float64[key >> 3] = index;
    this.int32[(key + layout.VALUE_TYPE) >> 2] = layout.LUA_NUMBER;
    this.api.lua_settable(thread, -3);
  }

  /** Pops a value and stores it in a field of the table below it. */
  setField(thread: number, name: Anchor): void {
    this.pushSlot(thread, this.top(thread));
    this.replace(this.top(thread) - layout.VALUE_BYTES, name);
    this.api.lua_settable(thread, -3);
  }

  /** Pops a key and a value, and stores them in the table below. */
  setTop(thread: number): void {
    this.api.lua_settable(thread, -3);
  }

  #pushWord(thread: number, word: number, type: number): void {
    const slot = this.word(thread + layout.STATE_TOP);
    this.int32[slot >> 2] = word;
    this.int32[(slot + layout.VALUE_TYPE) >> 2] = type;
    this.int32[(thread + layout.STATE_TOP) >> 2] = slot + layout.VALUE_BYTES;
  }

  /** Writes text and a final NUL into the scratch buffer. False where the text has a NUL of its own. */
  #write(text: string): boolean {
    const { length } = text;
    if (length >= this.scratchBytes) {
      // The binary exports no free: what is left behind is at most as large as what replaces it.
      this.scratchBytes = 2 * (length + 1);
      this.scratch = this.api.malloc(this.scratchBytes);
      if (this.scratch === 0) throw new Error('Lua has no memory left for an argument');
    }
    const start = this.scratch;
    const bytes = this.bytes;
    bytes[start + length] = 0;
    if (length > SHORT_STRING) {
      this.buffer.latin1Write(text, start, length);
      return !text.includes('\0');
    }
    let clean = true;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      bytes[start + index] = code;
      if (code === 0) clean = false;
    }
    return clean;
  }

  /**
   * lua_pushstring stops at a NUL, and lua_pushlstring is not exported. string.sub calls it, so it cuts the text out of a
   * blank Lua string of our own, over which the bytes have been written. Nothing else ever sees the blank.
   */
  #pushWithNul(thread: number, text: string): void {
    if (text.length > this.blankBytes) this.#widenBlank(thread, 2 * text.length + SHORT_STRING);
    this.buffer.latin1Write(text, this.blank.pointer + layout.STRING_BYTES, text.length);
    this.reserve(thread);
    this.pushAnchor(thread, this.#substring);
    this.pushAnchor(thread, this.blank);
    this.pushNumber(thread, 1);
    this.pushNumber(thread, text.length);
    this.api.lua_call(thread, 3, 1);
  }

  #widenBlank(thread: number, bytes: number): void {
    this.pushAnchor(thread, this.#makeBlank);
    this.pushNumber(thread, bytes);
    this.call(thread, 1, 1);
    this.blank = this.anchorAt(this.top(thread));
    this.blankBytes = bytes;
    this.pop(thread);
  }
}
