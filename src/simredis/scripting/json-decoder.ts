import { toBytes } from '../bytes.ts';
import { LUA_LIGHT_USERDATA } from './lua-layout.ts';
import type { Anchor } from './lua-memory.ts';
import type { LuaState } from './lua-state.ts';

const DEPTH_MAX = 1000;
const NUMBER = /(?!\.)[+-]?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)/iy;
const BLANK = /[ \t\n\r]*/y;
const HEX4 = /[\da-fA-F]{4}/y;
const PLAIN = /[^"\\\0]*/y;
const ESCAPES = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const PUNCTUATION = new Map([
  ['{', 'T_OBJ_BEGIN'],
  ['}', 'T_OBJ_END'],
  ['[', 'T_ARR_BEGIN'],
  [']', 'T_ARR_END'],
  [':', 'T_COLON'],
  [',', 'T_COMMA'],
]);

/** What stands for JSON's null in Lua: cjson.null, a light userdata of address 0. */
export const NULL: Anchor = { pointer: 0, type: LUA_LIGHT_USERDATA };

interface Token {
  /** As lua-cjson names it in its complaints, or the complaint itself. */
  readonly type: string;
  readonly value: string | number | boolean | null;
  readonly at: number;
}

/** cjson.decode as Redis's lua-cjson 2.1 reads, with its complaints. Leaves the value on the stack. */
export class JsonDecoder {
  readonly #lua: LuaState;
  readonly #thread: number;
  readonly #text: string;
  #at = 0;

  constructor(lua: LuaState, thread: number, text: string) {
    this.#lua = lua;
    this.#thread = thread;
    this.#text = text;
  }

  decode(): void {
    const { length } = this.#text;
    if (length >= 2 && (this.#text[0] === '\0' || this.#text[1] === '\0')) {
      this.#lua.raise(this.#thread, 'JSON parser does not support UTF-16 or UTF-32');
    }
    this.#value(this.#next(), 0);
    const rest = this.#next();
    if (rest.type !== 'T_END') this.#fail('the end', rest);
  }

  #value(token: Token, depth: number): void {
    const lua = this.#lua;
    const thread = this.#thread;
    switch (token.type) {
      case 'T_STRING':
        lua.pushString(thread, token.value as string);
        return;
      case 'T_NUMBER':
        lua.pushNumber(thread, token.value as number);
        return;
      case 'T_BOOLEAN':
        lua.pushBoolean(thread, token.value as boolean);
        return;
      case 'T_NULL':
        lua.pushAnchor(thread, NULL);
        return;
      case 'T_OBJ_BEGIN':
        this.#object(depth + 1);
        return;
      case 'T_ARR_BEGIN':
        this.#array(depth + 1);
        return;
      default:
        this.#fail('value', token);
    }
  }

  #descend(depth: number): void {
    if (depth > DEPTH_MAX) {
      this.#lua.raise(this.#thread, `Found too many nested data structures (${depth}) at character ${this.#at}`);
    }
    this.#lua.reserve(this.#thread);
    this.#lua.pushTable(this.#thread);
  }

  #object(depth: number): void {
    this.#descend(depth);
    let token = this.#next();
    if (token.type === 'T_OBJ_END') return;
    for (;;) {
      if (token.type !== 'T_STRING') this.#fail('object key string', token);
      this.#lua.pushString(this.#thread, token.value as string);
      token = this.#next();
      if (token.type !== 'T_COLON') this.#fail('colon', token);
      this.#value(this.#next(), depth);
      this.#lua.setTop(this.#thread);
      token = this.#next();
      if (token.type === 'T_OBJ_END') return;
      if (token.type !== 'T_COMMA') this.#fail('comma or object end', token);
      token = this.#next();
    }
  }

  #array(depth: number): void {
    this.#descend(depth);
    let token = this.#next();
    if (token.type === 'T_ARR_END') return;
    for (let index = 1; ; index++) {
      this.#value(token, depth);
      this.#lua.setIndex(this.#thread, index);
      token = this.#next();
      if (token.type === 'T_ARR_END') return;
      if (token.type !== 'T_COMMA') this.#fail('comma or array end', token);
      token = this.#next();
    }
  }

  #next(): Token {
    this.#match(BLANK);
    const at = this.#at;
    const char = this.#text[at];
    if (char === undefined) return { type: 'T_END', value: null, at };
    const punctuation = PUNCTUATION.get(char);
    if (punctuation) {
      this.#at++;
      return { type: punctuation, value: null, at };
    }
    if (char === '"') return this.#string();
    for (const [word, type, value] of WORDS) {
      if (!this.#text.startsWith(word, at)) continue;
      this.#at += word.length;
      return { type, value, at };
    }
    const number = this.#match(NUMBER);
    if (number) return { type: 'T_NUMBER', value: toNumber(number), at };
    return { type: /[-+\d]/.test(char) ? 'invalid number' : 'invalid token', value: null, at };
  }

  #string(): Token {
    const start = this.#at++;
    let value = '';
    for (;;) {
      value += this.#match(PLAIN);
      const at = this.#at;
      const char = this.#text[at];
      if (char === '"') {
        this.#at++;
        return { type: 'T_STRING', value, at: start };
      }
      if (char !== '\\') return { type: 'unexpected end of string', value: null, at };
      const code = this.#text[at + 1];
      this.#at += 2;
      if (code === 'u') {
        const decoded = this.#unicode();
        if (decoded === undefined) return { type: 'invalid unicode escape code', value: null, at };
        value += decoded;
        continue;
      }
      const plain = ESCAPES.get(code ?? '');
      if (plain === undefined) return { type: 'invalid escape code', value: null, at };
      value += plain;
    }
  }

  /** The UTF-8 bytes of `\uXXXX`, or of a pair of them. */
  #unicode(): string | undefined {
    const first = this.#hex4();
    if (first === undefined) return undefined;
    if ((first & 0xf800) !== 0xd800) return toBytes(String.fromCharCode(first));
    if (first >= 0xdc00 || !this.#text.startsWith('\\u', this.#at)) return undefined;
    this.#at += 2;
    const second = this.#hex4();
    if (second === undefined || (second & 0xfc00) !== 0xdc00) return undefined;
    return toBytes(String.fromCharCode(first, second));
  }

  #hex4(): number | undefined {
    const digits = this.#match(HEX4);
    return digits ? Number.parseInt(digits, 16) : undefined;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #fail(expected: string, token: Token): never {
    return this.#lua.raise(this.#thread, `Expected ${expected} but found ${token.type} at character ${token.at + 1}`);
  }
}

const WORDS = [
  ['true', 'T_BOOLEAN', true],
  ['false', 'T_BOOLEAN', false],
  ['null', 'T_NULL', null],
] as const;

function toNumber(text: string): number {
  const bare = text.replace(/^[+-]/, '').toLowerCase();
  const sign = text.startsWith('-') ? -1 : 1;
  if (bare.startsWith('inf')) return sign * Infinity;
  return sign * Number(bare);
}
