import * as layout from './lua-layout.ts';

/** Up to here a loop over characters beats a call into Node. */
export const SHORT_STRING = 24;

/** Short strings that are kept: scripts say the same names over and over. */
const KNOWN_STRINGS = 2 ** 10;

/** Node's own fast paths for byte strings, which its types do not declare. */
interface Latin1Buffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, offset: number, length: number): number;
}

/** A Lua object that something in Lua keeps alive, by its address. */
export interface Anchor {
  readonly pointer: number;
  readonly type: number;
}

/**
 * Lua's values as they lie in the interpreter's memory, to read.
 *
 * A *thread* is a `lua_State*`: the main one, or a coroutine's. A *slot* is the address of a value (on a stack, or in a
 * table). Strings are byte strings. Addresses of objects stay valid for as long as Lua can reach the object: its collector
 * does not move; slots on a stack are valid until something is pushed.
 */
export class LuaMemory {
  protected int32!: Int32Array;
  protected float64!: Float64Array;
  protected bytes!: Uint8Array;
  protected buffer!: Latin1Buffer;
  /** Short strings read last, by Lua's own hash of them: an equal one is not made again. */
  readonly #known: string[] = new Array<string>(KNOWN_STRINGS).fill('');

  /** The memory has moved, or is new. */
  protected view(memory: ArrayBuffer): void {
    this.int32 = new Int32Array(memory);
    this.float64 = new Float64Array(memory);
    this.bytes = new Uint8Array(memory);
    this.buffer = Buffer.from(memory) as Latin1Buffer;
  }

  protected word(address: number): number {
    return this.int32[address >> 2] as number;
  }

  argumentCount(thread: number): number {
    return (this.word(thread + layout.STATE_TOP) - this.word(thread + layout.STATE_BASE)) / layout.VALUE_BYTES;
  }

  /** The slot of a host function's argument, from 0. Beyond `argumentCount` there is nothing to read. */
  argument(thread: number, index: number): number {
    return this.word(thread + layout.STATE_BASE) + index * layout.VALUE_BYTES;
  }

  /** The slot last pushed. */
  top(thread: number): number {
    return this.word(thread + layout.STATE_TOP) - layout.VALUE_BYTES;
  }

  typeAt(slot: number): number {
    return this.word(slot + layout.VALUE_TYPE);
  }

  numberAt(slot: number): number {
    return this.float64[slot >> 3] as number;
  }

  /** The value's first word: an object's address, a boolean's truth. */
  pointerAt(slot: number): number {
    return this.word(slot);
  }

  stringAt(slot: number): string {
    return this.#stringOf(this.word(slot));
  }

  anchorAt(slot: number): Anchor {
    return { pointer: this.word(slot), type: this.typeAt(slot) };
  }

  #stringOf(pointer: number): string {
    const length = this.word(pointer + layout.STRING_LENGTH);
    const start = pointer + layout.STRING_BYTES;
    if (length > SHORT_STRING) return this.buffer.latin1Slice(start, start + length);
    const place = this.word(pointer + layout.STRING_HASH) & (KNOWN_STRINGS - 1);
    const known = this.#known[place] as string;
    if (known.length === length && this.#standsAt(start, known)) return known;
    const bytes = this.bytes;
    let text = '';
    for (let index = start; index < start + length; index++) text += String.fromCharCode(bytes[index] as number);
    this.#known[place] = text;
    return text;
  }

  #standsAt(start: number, text: string): boolean {
    const bytes = this.bytes;
    for (let index = 0; index < text.length; index++) if (bytes[start + index] !== text.charCodeAt(index)) return false;
    return true;
  }

  /** How long the table's array part is: its entries 1 to n, some of which may be nil. */
  arrayLength(table: number): number {
    return this.word(table + layout.TABLE_ARRAY_LENGTH);
  }

  arraySlot(table: number, index: number): number {
    return this.word(table + layout.TABLE_ARRAY) + index * layout.VALUE_BYTES;
  }

  nodeCount(table: number): number {
    return 1 << (this.bytes[table + layout.TABLE_NODES_LOG2] as number);
  }

  /** The slot of a hash node's value. */
  nodeValue(table: number, index: number): number {
    return this.word(table + layout.TABLE_NODES) + index * layout.NODE_BYTES;
  }

  /** The slot of a hash node's key. */
  nodeKey(table: number, index: number): number {
    return this.nodeValue(table, index) + layout.NODE_KEY;
  }

  /** The slot of a field, found by its name's address; 0 where the table has none. */
  field(table: number, name: Anchor): number {
    const nodes = this.word(table + layout.TABLE_NODES);
    const hash = this.word(name.pointer + layout.STRING_HASH) & (this.nodeCount(table) - 1);
    let node = nodes + hash * layout.NODE_BYTES;
    while (node !== 0) {
      const key = node + layout.NODE_KEY;
      if (this.word(key) === name.pointer && this.typeAt(key) === layout.LUA_STRING) return node;
      node = this.word(node + layout.NODE_NEXT);
    }
    return 0;
  }
}
