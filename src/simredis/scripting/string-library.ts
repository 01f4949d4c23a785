import { toInteger } from './conversion.ts';
import type { TableFunction } from './lua-binary.ts';
import { LUA_NUMBER, LUA_STRING } from './lua-layout.ts';
import type { HostFunction, LuaState } from './lua-state.ts';

const DIRECTIVE = /%([-+ #0]*)(\d*)(?:\.(\d*))?([a-zA-Z%])/g;
const UNSIGNED_RADIX = new Map([
  ['o', 8],
  ['u', 10],
  ['x', 16],
  ['X', 16],
]);
const INT32_MAX = 2 ** 31 - 1;
const INT64_LIMIT = 2 ** 63;

/**
 * string.format, with the 64-bit integers that Redis's Lua has and this 32-bit one has not: `%d` of a time in milliseconds.
 * Integers that do not fit are written out here and handed on as `%s`.
 */
export function formatReplacement(lua: LuaState): (original: TableFunction) => HostFunction {
  return (original) => (thread) => {
    if (hasLargeNumber(lua, thread) && lua.typeAt(lua.argument(thread, 0)) === LUA_STRING) widen(lua, thread);
    return original(thread);
  };
}

/** Whether an argument is a number that is not a non-negative 32-bit integer: negative ones differ in `%x` and `%u`. */
function hasLargeNumber(lua: LuaState, thread: number): boolean {
  for (let index = lua.argumentCount(thread) - 1; index > 0; index--) {
    const slot = lua.argument(thread, index);
    if (lua.typeAt(slot) === LUA_NUMBER && !(lua.numberAt(slot) >= 0 && lua.numberAt(slot) <= INT32_MAX)) return true;
  }
  return false;
}

function widen(lua: LuaState, thread: number): void {
  const count = lua.argumentCount(thread);
  let index = 0;
  const format = lua.stringAt(lua.argument(thread, 0));
  const widened = format.replace(
    DIRECTIVE,
    (directive, flags: string, width: string, precision, conversion: string) => {
      if (conversion === '%') return directive;
      index++;
      const isInteger = conversion === 'd' || conversion === 'i' || UNSIGNED_RADIX.has(conversion);
      if (!isInteger || index >= count) return directive;
      const slot = lua.argument(thread, index);
      if (lua.typeAt(slot) !== LUA_NUMBER) return directive;
      lua.pushString(thread, integerText(lua.numberAt(slot), flags, Number(width), precision, conversion));
      lua.replace(lua.argument(thread, index), lua.anchorAt(lua.top(thread)));
      lua.pop(thread);
      return '%s';
    },
  );
  lua.pushString(thread, widened);
  lua.replace(lua.argument(thread, 0), lua.anchorAt(lua.top(thread)));
  lua.pop(thread);
}

/** One integer as C's printf writes it. */
function integerText(
  value: number,
  flags: string,
  width: number,
  precision: string | undefined,
  conversion: string,
): string {
  const radix = UNSIGNED_RADIX.get(conversion);
  const signed = radix === undefined;
  const integer = signed || value < INT64_LIMIT ? BigInt(toInteger(value)) : largeUnsigned(value);
  const magnitude = signed ? (integer < 0n ? -integer : integer) : BigInt.asUintN(64, integer);
  let digits = magnitude.toString(radix ?? 10).padStart(Number(precision ?? 1), '0');
  if (precision !== undefined && Number(precision) === 0 && magnitude === 0n) digits = '';
  let prefix = '';
  if (signed) prefix = integer < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  else if (flags.includes('#') && magnitude !== 0n && radix === 16) prefix = '0x';
  else if (flags.includes('#') && radix === 8 && !digits.startsWith('0')) prefix = '0';
  const padding = width - prefix.length - digits.length;
  if (padding > 0 && flags.includes('0') && !flags.includes('-') && precision === undefined) {
    digits = digits.padStart(digits.length + padding, '0');
  }
  const text = conversion === 'X' ? (prefix + digits).toUpperCase() : prefix + digits;
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}

/** C's cast of a double of 2^63 or more to an unsigned 64-bit integer, as x86 does it. */
function largeUnsigned(value: number): bigint {
  return value < 2 * INT64_LIMIT ? BigInt(value) : 0n;
}
