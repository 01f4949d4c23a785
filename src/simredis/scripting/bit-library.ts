import { checkNumber } from './argument.ts';
import type { HostFunction, LuaState } from './lua-state.ts';

/** Added to a double, it leaves the number's low 32 bits, rounded, in the low word (LuaBitOp's own trick). */
const ROUNDING = 2 ** 52 + 2 ** 51;
const HEX_DIGITS = 8;

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** LuaBitOp 1.0: 32-bit integers, signed. */
export function bitLibrary(lua: LuaState): Record<string, HostFunction> {
  const operand = (thread: number, index: number, name: string): number => {
    double[0] = checkNumber(lua, thread, index, name) + ROUNDING;
    return words[0] as number;
  };
  const unary = (name: string, apply: (value: number) => number): HostFunction => {
    return (thread) => {
      lua.pushNumber(thread, apply(operand(thread, 0, name)) | 0);
      return 1;
    };
  };
  const folding = (name: string, apply: (left: number, right: number) => number): HostFunction => {
    return (thread) => {
      const count = lua.argumentCount(thread);
      let value = operand(thread, 0, name);
      for (let index = 1; index < count; index++) value = apply(value, operand(thread, index, name));
      lua.pushNumber(thread, value | 0);
      return 1;
    };
  };
  const shifting = (name: string, apply: (value: number, by: number) => number): HostFunction => {
    return (thread) => {
      const value = operand(thread, 0, name);
      lua.pushNumber(thread, apply(value, operand(thread, 1, name) & 31) | 0);
      return 1;
    };
  };
  return {
    tobit: unary('tobit', (value) => value),
    bnot: unary('bnot', (value) => ~value),
    bswap: unary('bswap', (x) => (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)),
    band: folding('band', (left, right) => left & right),
    bor: folding('bor', (left, right) => left | right),
    bxor: folding('bxor', (left, right) => left ^ right),
    lshift: shifting('lshift', (value, by) => value << by),
    rshift: shifting('rshift', (value, by) => value >>> by),
    arshift: shifting('arshift', (value, by) => value >> by),
    rol: shifting('rol', (value, by) => (value << by) | (value >>> (32 - by))),
    ror: shifting('ror', (value, by) => (value >>> by) | (value << (32 - by))),
    tohex: (thread) => {
      const value = operand(thread, 0, 'tohex');
      const wanted = lua.argumentCount(thread) > 1 ? operand(thread, 1, 'tohex') : HEX_DIGITS;
      const digits = Math.min(Math.abs(wanted), HEX_DIGITS);
      const hex = (value >>> 0).toString(16).padStart(HEX_DIGITS, '0');
      lua.pushString(thread, (wanted < 0 ? hex.toUpperCase() : hex).slice(HEX_DIGITS - digits));
      return 1;
    },
  };
}
