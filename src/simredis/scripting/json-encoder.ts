import { LUA_BOOLEAN, LUA_LIGHT_USERDATA, LUA_NIL, LUA_NUMBER, LUA_STRING, LUA_TABLE } from './lua-layout.ts';
import type { LuaState } from './lua-state.ts';

const DEPTH_MAX = 1000;
/** An array this long at most may have as many holes as it likes. */
const SPARSE_SAFE = 10;
const SPARSE_RATIO = 2;
const TYPE_NAMES = ['nil', 'boolean', 'userdata', 'number', 'string', 'table', 'function', 'userdata', 'thread'];

const ESCAPES = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['/', '\\/'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r'],
]);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be escaped
const TO_ESCAPE = /["\\/\x00-\x1f\x7f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be escaped
const ALL_TO_ESCAPE = /["\\/\x00-\x1f\x7f]/g;

/** cjson.encode as Redis's lua-cjson 2.1 writes: order as `next` has it, numbers `%.14g`, `/` escaped, `{}` an object. */
export class JsonEncoder {
  readonly #lua: LuaState;
  readonly #thread: number;

  constructor(lua: LuaState, thread: number) {
    this.#lua = lua;
    this.#thread = thread;
  }

  encode(slot: number, depth = 0): string {
    const lua = this.#lua;
    const type = lua.typeAt(slot);
    switch (type) {
      case LUA_STRING:
        return quoted(lua.stringAt(slot));
      case LUA_NUMBER:
        return this.#number(slot);
      case LUA_BOOLEAN:
        return lua.pointerAt(slot) === 0 ? 'false' : 'true';
      case LUA_TABLE:
        return this.#table(lua.pointerAt(slot), depth + 1);
      case LUA_NIL:
        return 'null';
      case LUA_LIGHT_USERDATA:
        if (lua.pointerAt(slot) === 0) return 'null';
    }
    return this.#fail(TYPE_NAMES[type] as string, 'type not supported');
  }

  #number(slot: number): string {
    const value = this.#lua.numberAt(slot);
    if (!Number.isFinite(value)) this.#fail('number', 'must not be NaN or Inf');
    return this.#lua.numberText(this.#thread, slot);
  }

  #table(table: number, depth: number): string {
    const lua = this.#lua;
    if (depth > DEPTH_MAX) lua.raise(this.#thread, `Cannot serialise, excessive nesting (${depth})`);
    const length = this.#arrayLength(table);
    if (length === 0) return this.#object(table, depth);
    const items = Array<string>(length).fill('null');
    this.#each(table, (key, value) => {
      items[lua.numberAt(key) - 1] = this.encode(value, depth);
    });
    const inArray = Math.min(length, lua.arrayLength(table));
    for (let index = 0; index < inArray; index++) items[index] = this.encode(lua.arraySlot(table, index), depth);
    return `[${items.join(',')}]`;
  }

  /** The highest index where every key is a positive integer and few enough are missing; else 0. */
  #arrayLength(table: number): number {
    const lua = this.#lua;
    let highest = 0;
    let count = 0;
    for (let index = 0; index < lua.arrayLength(table); index++) {
      if (lua.typeAt(lua.arraySlot(table, index)) === LUA_NIL) continue;
      highest = index + 1;
      count++;
    }
    let isArray = true;
    this.#each(table, (key) => {
      const number = lua.typeAt(key) === LUA_NUMBER ? lua.numberAt(key) : 0;
      if (number < 1 || !Number.isInteger(number)) isArray = false;
      highest = Math.max(highest, number);
      count++;
    });
    if (!isArray) return 0;
    if (highest > count * SPARSE_RATIO && highest > SPARSE_SAFE) this.#fail('table', 'excessively sparse array');
    return highest;
  }

  #object(table: number, depth: number): string {
    const lua = this.#lua;
    const parts: string[] = [];
    for (let index = 0; index < lua.arrayLength(table); index++) {
      const slot = lua.arraySlot(table, index);
      if (lua.typeAt(slot) !== LUA_NIL) parts.push(`"${index + 1}":${this.encode(slot, depth)}`);
    }
    this.#each(table, (key, value) => {
      const type = lua.typeAt(key);
      if (type !== LUA_NUMBER && type !== LUA_STRING)
        this.#fail(TYPE_NAMES[type] as string, 'table key must be a number or string');
      const name = type === LUA_NUMBER ? `"${this.#number(key)}"` : quoted(lua.stringAt(key));
      parts.push(`${name}:${this.encode(value, depth)}`);
    });
    return `{${parts.join(',')}}`;
  }

  /** The entries of a table's hash part. */
  #each(table: number, visit: (key: number, value: number) => void): void {
    const lua = this.#lua;
    for (let index = 0; index < lua.nodeCount(table); index++) {
      const value = lua.nodeValue(table, index);
      if (lua.typeAt(value) !== LUA_NIL) visit(lua.nodeKey(table, index), value);
    }
  }

  #fail(what: string, why: string): never {
    return this.#lua.raise(this.#thread, `Cannot serialise ${what}: ${why}`);
  }
}

function quoted(text: string): string {
  if (!TO_ESCAPE.test(text)) return `"${text}"`;
  const escaped = (char: string) => ESCAPES.get(char) ?? `\\u00${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return `"${text.replace(ALL_TO_ESCAPE, escaped)}"`;
}
