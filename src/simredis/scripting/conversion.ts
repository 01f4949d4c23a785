import { integerReply } from '../numbers.ts';
import { ErrorReply, NIL, NilArray, type Reply, Status } from '../reply.ts';
import { LUA_BOOLEAN, LUA_NIL, LUA_NUMBER, LUA_STRING, LUA_TABLE } from './lua-layout.ts';
import type { Anchor } from './lua-memory.ts';
import type { LuaState } from './lua-state.ts';

/** How deep a script's answer may nest. Redis goes on to some 8000, where Lua's stack ends; JavaScript's ends before. */
const DEPTH_MAX = 2000;
const TOO_DEEP = new ErrorReply('ERR reached lua stack limit');
/** What C's cast to a 64-bit integer gives on x86 for whatever does not fit. */
const INTEGER_INDEFINITE = -(2n ** 63n);
const INT64_LIMIT = 2 ** 63;

/** The names that give a table a meaning, by their addresses in Lua. */
export interface FieldNames {
  readonly ok: Anchor;
  readonly err: Anchor;
  readonly double: Anchor;
  readonly map: Anchor;
  readonly set: Anchor;
  readonly big_number: Anchor;
  readonly verbatim_string: Anchor;
  readonly string: Anchor;
  readonly ignore_error_stats_update: Anchor;
}

export const FIELD_NAMES: readonly (keyof FieldNames)[] = [
  'ok',
  'err',
  'double',
  'map',
  'set',
  'big_number',
  'verbatim_string',
  'string',
  'ignore_error_stats_update',
];

/** Pushes what redis.call answers: a nil becomes false, a status `{ok=…}`, an error `{err=…}`. */
export function pushReply(lua: LuaState, thread: number, names: FieldNames, reply: Reply): void {
  if (typeof reply === 'string') lua.pushString(thread, reply);
  else if (typeof reply === 'number') lua.pushNumber(thread, reply);
  else if (reply === null || reply instanceof NilArray) lua.pushBoolean(thread, false);
  else if (typeof reply === 'bigint') lua.pushNumber(thread, Number(reply));
  else if (Array.isArray(reply)) {
    lua.reserve(thread);
    lua.pushTable(thread);
    for (let index = 0; index < reply.length; index++) {
      pushReply(lua, thread, names, reply[index] as Reply);
      lua.setIndex(thread, index + 1);
    }
  } else if (reply instanceof Status) {
    lua.pushTable(thread);
    lua.pushString(thread, reply.text);
    lua.setField(thread, names.ok);
  } else pushError(lua, thread, names, reply.text, true);
}

/** Pushes `{err=…}`. `counted`: the command that failed has counted the error already. */
export function pushError(lua: LuaState, thread: number, names: FieldNames, text: string, counted = false): void {
  lua.pushTable(thread);
  lua.pushString(thread, text);
  lua.setField(thread, names.err);
  if (!counted) return;
  lua.pushBoolean(thread, true);
  lua.setField(thread, names.ignore_error_stats_update);
}

/** A value that a script returned, as an answer to its client. Metatables play no part. */
export function toReply(lua: LuaState, names: FieldNames, slot: number, depth = 0): Reply {
  switch (lua.typeAt(slot)) {
    case LUA_STRING:
      return lua.stringAt(slot);
    case LUA_NUMBER:
      return toInteger(lua.numberAt(slot));
    case LUA_BOOLEAN:
      return lua.pointerAt(slot) === 0 ? NIL : 1;
    case LUA_TABLE:
      return depth === DEPTH_MAX ? TOO_DEEP : tableToReply(lua, names, lua.pointerAt(slot), depth);
    default:
      return NIL;
  }
}

/** C's cast of a double to a 64-bit integer, as x86 does it. */
export function toInteger(value: number): number | bigint {
  const integer = Math.trunc(value);
  if (Number.isSafeInteger(integer)) return integer + 0;
  if (!(Math.abs(integer) < INT64_LIMIT)) return INTEGER_INDEFINITE;
  return integerReply(BigInt(integer));
}

function tableToReply(lua: LuaState, names: FieldNames, table: number, depth: number): Reply {
  const typed = lua.nodeCount(table) > 1 || lua.typeAt(lua.nodeKey(table, 0)) === LUA_STRING;
  return (typed ? typedReply(lua, names, table, depth) : undefined) ?? arrayReply(lua, names, table, depth);
}

/** The answer of a table that says what it is, tried in Redis's order. */
function typedReply(lua: LuaState, names: FieldNames, table: number, depth: number): Reply | undefined {
  const field = (name: Anchor, type: number): number => {
    const slot = lua.field(table, name);
    return slot !== 0 && lua.typeAt(slot) === type ? slot : 0;
  };
  let slot = field(names.err, LUA_STRING);
  if (slot) return new ErrorReply(oneLine(lua.stringAt(slot).replace(/[\r\n]+$/, '')));
  slot = field(names.ok, LUA_STRING);
  if (slot) return new Status(oneLine(lua.stringAt(slot)));
  slot = field(names.double, LUA_NUMBER);
  if (slot) return formatNumber(lua, lua.main, slot);
  slot = field(names.map, LUA_TABLE);
  if (slot) return entries(lua, names, lua.pointerAt(slot), depth, true);
  slot = field(names.set, LUA_TABLE);
  if (slot) return entries(lua, names, lua.pointerAt(slot), depth, false);
  slot = field(names.big_number, LUA_STRING);
  if (slot) return lua.stringAt(slot);
  slot = field(names.verbatim_string, LUA_TABLE);
  if (!slot) return undefined;
  const text = lua.field(lua.pointerAt(slot), names.string);
  return text !== 0 && lua.typeAt(text) === LUA_STRING ? lua.stringAt(text) : undefined;
}

/** Entries 1, 2, … up to the first nil. */
function arrayReply(lua: LuaState, names: FieldNames, table: number, depth: number): Reply {
  const items: Reply[] = [];
  const length = lua.arrayLength(table);
  for (let index = 0; index < length; index++) {
    const slot = lua.arraySlot(table, index);
    if (lua.typeAt(slot) === LUA_NIL) return items;
    items.push(toReply(lua, names, slot, depth + 1));
  }
  const hashed = numberedNodes(lua, table);
  for (let slot = hashed?.get(length + 1); slot !== undefined; slot = hashed?.get(items.length + 1)) {
    items.push(toReply(lua, names, slot, depth + 1));
  }
  return items;
}

/** Entries with numbers for keys that stand in the hash part. */
function numberedNodes(lua: LuaState, table: number): Map<number, number> | undefined {
  let nodes: Map<number, number> | undefined;
  for (let index = lua.nodeCount(table) - 1; index >= 0; index--) {
    const key = lua.nodeKey(table, index);
    const value = lua.nodeValue(table, index);
    if (lua.typeAt(key) !== LUA_NUMBER || lua.typeAt(value) === LUA_NIL) continue;
    nodes ??= new Map();
    nodes.set(lua.numberAt(key), value);
  }
  return nodes;
}

/** A map or set as a RESP2 client sees it: flat, in the order in which Lua's `next` goes through it. */
function entries(lua: LuaState, names: FieldNames, table: number, depth: number, withValues: boolean): Reply {
  const items: Reply[] = [];
  const add = (key: Reply, value: number): void => {
    if (lua.typeAt(value) === LUA_NIL) return;
    items.push(key);
    if (withValues) items.push(toReply(lua, names, value, depth + 1));
  };
  for (let index = 0; index < lua.arrayLength(table); index++) add(index + 1, lua.arraySlot(table, index));
  for (let index = 0; index < lua.nodeCount(table); index++) {
    add(toReply(lua, names, lua.nodeKey(table, index), depth + 1), lua.nodeValue(table, index));
  }
  return items;
}

/** A number as `%.17g` prints it, which is what commands are given. */
export function formatNumber(lua: LuaState, thread: number, slot: number): string {
  const value = lua.numberAt(slot);
  const isPlain = Number.isSafeInteger(value) && !Object.is(value, -0);
  return isPlain ? String(value) : lua.numberDigits(thread, slot);
}

/** Statuses and errors are lines. */
export function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ') : text;
}
