import type { LuaExports, TableFunction } from './lua-binary.ts';
import { Instance, Module, type WebAssemblyModule } from './web-assembly.ts';

const INT32 = 0x7f;
const FUNCTION_TYPE = 0x60;

/** Compiled once each: there are a handful. */
const modules = new Map<string, WebAssemblyModule>();

/**
 * Puts JavaScript functions into the interpreter's function table, so that Lua may call them.
 *
 * A table takes only functions that WebAssembly exports; a module that imports ours and exports them again makes them so.
 *
 * @returns the index in the table of the first; the others follow.
 */
export function installInTable(
  table: LuaExports['table'],
  functions: readonly TableFunction[],
  parameters: 1 | 2,
  results: 0 | 1,
): number {
  const imports = Object.fromEntries(functions.map((body, index) => [`f${index}`, body]));
  const shape = `${functions.length} ${parameters} ${results}`;
  const module = modules.get(shape) ?? passThrough(functions.length, parameters, results);
  modules.set(shape, module);
  const exported = new Instance(module, { h: imports }).exports;
  const first = table.grow(functions.length);
  functions.forEach((_, index) => {
    table.set(first + index, exported[`f${index}`]);
  });
  return first;
}

/** A module of `count` imported functions, each exported under its own name. */
function passThrough(count: number, parameters: number, results: number): WebAssemblyModule {
  const types = [
    1,
    FUNCTION_TYPE,
    parameters,
    ...Array<number>(parameters).fill(INT32),
    results,
    ...Array<number>(results).fill(INT32),
  ];
  const names = Array.from({ length: count }, (_, index) => text(`f${index}`));
  const imported = [...unsigned(count), ...names.flatMap((name) => [...text('h'), ...name, 0, 0])];
  const exported = [...unsigned(count), ...names.flatMap((name, index) => [...name, 0, ...unsigned(index)])];
  const magic = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return new Module(new Uint8Array([...magic, ...section(1, types), ...section(2, imported), ...section(7, exported)]));
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function text(ascii: string): number[] {
  return [...unsigned(ascii.length), ...Buffer.from(ascii)];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
