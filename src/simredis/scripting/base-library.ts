import { argumentError, checkNumber } from './argument.ts';
import type { FieldNames } from './conversion.ts';
import { toInteger } from './conversion.ts';
import type { TableFunction } from './lua-binary.ts';
import { LUA_STRING, LUA_TABLE } from './lua-layout.ts';
import type { Anchor } from './lua-memory.ts';
import type { HostFunction, LuaState } from './lua-state.ts';
import type { ScriptRandom } from './random.ts';

const READ_ONLY = 'Attempt to modify a readonly table';

/** What stands behind reads and writes of globals that are not there or not to be written. */
export function guards(lua: LuaState): Record<string, HostFunction> {
  return {
    readonly: (thread) => lua.raise(thread, READ_ONLY),
    missing: (thread) => {
      const slot = lua.argument(thread, 1);
      const name = lua.typeAt(slot) === LUA_STRING ? lua.stringAt(slot) : '';
      return lua.raise(thread, `Script attempted to access nonexistent global variable '${name}'`);
    },
  };
}

/**
 * Functions of Lua's base library that Redis changes, or that must know the stand-ins of read-only tables: each is given
 * Lua's own code and returns what replaces it.
 */
export function baseReplacements(
  lua: LuaState,
  names: FieldNames,
  standIns: ReadonlyMap<number, Anchor>,
): Record<string, (original: TableFunction) => HostFunction> {
  const realOf = (thread: number): Anchor | undefined => {
    if (lua.argumentCount(thread) === 0) return undefined;
    const slot = lua.argument(thread, 0);
    return lua.typeAt(slot) === LUA_TABLE ? standIns.get(lua.pointerAt(slot)) : undefined;
  };
  const reading = (original: TableFunction) => (thread: number) => {
    const real = realOf(thread);
    if (real) lua.replace(lua.argument(thread, 0), real);
    return original(thread);
  };
  const writing = (original: TableFunction) => (thread: number) => {
    if (realOf(thread)) lua.raise(thread, READ_ONLY, 0);
    return original(thread);
  };
  return {
    next: reading,
    pairs: reading,
    rawget: reading,
    rawset: writing,
    setmetatable: writing,
    // Redis's own pcall: an error table with a text in `err` comes out as that text.
    pcall: (original) => (thread) => {
      const results = original(thread);
      const slot = lua.argument(thread, 1);
      if (results !== 2 || lua.pointerAt(lua.argument(thread, 0)) !== 0 || lua.typeAt(slot) !== LUA_TABLE)
        return results;
      const text = lua.field(lua.pointerAt(slot), names.err);
      if (text !== 0 && lua.typeAt(text) === LUA_STRING) lua.replace(slot, lua.anchorAt(text));
      return results;
    },
  };
}

/** math.random and math.randomseed, on Redis's own generator. */
export function randomReplacements(lua: LuaState, random: () => ScriptRandom): Record<string, () => HostFunction> {
  return {
    random: () => (thread) => {
      const drawn = random().next();
      const count = lua.argumentCount(thread);
      const integer = (index: number) => toInt(checkNumber(lua, thread, index, 'random'));
      if (count === 0) lua.pushNumber(thread, drawn);
      else if (count === 1) {
        const upper = integer(0);
        if (upper < 1) argumentError(lua, thread, 0, 'random', 'interval is empty');
        lua.pushNumber(thread, Math.floor(drawn * upper) + 1);
      } else if (count === 2) {
        const [lower, upper] = [integer(0), integer(1)];
        if (lower > upper) argumentError(lua, thread, 1, 'random', 'interval is empty');
        lua.pushNumber(thread, Math.floor(drawn * (upper - lower + 1)) + lower);
      } else lua.raise(thread, 'wrong number of arguments');
      return 1;
    },
    randomseed: () => (thread) => {
      random().seed(toInteger(checkNumber(lua, thread, 0, 'randomseed')));
      return 0;
    },
  };
}

/** C's cast of a double to a 32-bit int, by way of 64 bits. */
function toInt(value: number): number {
  return Number(BigInt.asIntN(32, BigInt(toInteger(value))));
}
