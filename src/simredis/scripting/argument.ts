import { LUA_NUMBER, LUA_STRING } from './lua-layout.ts';
import type { LuaState } from './lua-state.ts';

const TYPE_NAMES = ['nil', 'boolean', 'userdata', 'number', 'string', 'table', 'function', 'userdata', 'thread'];
/** Numbers that Lua reads out of a string. */
const NUMERAL = /^\s*[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|0[xX][\da-fA-F]+)\s*$/;

/** The number that an argument is or spells, as luaL_checknumber. Raises Lua's own complaint. */
export function checkNumber(lua: LuaState, thread: number, index: number, functionName: string): number {
  if (index < lua.argumentCount(thread)) {
    const slot = lua.argument(thread, index);
    const type = lua.typeAt(slot);
    if (type === LUA_NUMBER) return lua.numberAt(slot);
    if (type === LUA_STRING) {
      const text = lua.stringAt(slot);
      if (NUMERAL.test(text)) return Number(text);
    }
  }
  const given = typeName(lua, thread, index);
  return argumentError(lua, thread, index, functionName, `number expected, got ${given}`);
}

/** The string that an argument is, or a number's text as `tostring` gives it; undefined for anything else. */
export function stringArgument(lua: LuaState, thread: number, index: number): string | undefined {
  if (index >= lua.argumentCount(thread)) return undefined;
  const slot = lua.argument(thread, index);
  const type = lua.typeAt(slot);
  if (type === LUA_STRING) return lua.stringAt(slot);
  return type === LUA_NUMBER ? lua.numberText(thread, slot) : undefined;
}

export function argumentError(
  lua: LuaState,
  thread: number,
  index: number,
  functionName: string,
  problem: string,
): never {
  return lua.raise(thread, `bad argument #${index + 1} to '${functionName}' (${problem})`);
}

export function typeName(lua: LuaState, thread: number, index: number): string {
  if (index >= lua.argumentCount(thread)) return 'no value';
  return TYPE_NAMES[lua.typeAt(lua.argument(thread, index))] as string;
}
