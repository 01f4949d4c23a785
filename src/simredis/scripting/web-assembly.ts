/** The part of WebAssembly that the interpreter needs, typed: neither ES2023's types nor Node's declare it. */
export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface WebAssemblyTable {
  get(index: number): (...args: number[]) => number;
  set(index: number, value: unknown): void;
  /** @returns the length before. */
  grow(entries: number): number;
}

/** Compiled code. */
export type WebAssemblyModule = object;
export type WebAssemblyExports = Record<string, unknown>;

interface WebAssemblyApi {
  readonly Module: {
    new (bytes: Uint8Array): WebAssemblyModule;
    imports(module: WebAssemblyModule): { readonly name: string }[];
  };
  readonly Instance: new (
    module: WebAssemblyModule,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: WebAssemblyExports };
}

export const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
