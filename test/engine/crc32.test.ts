import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/engine/crc32.ts';

/** Node.js has it since 20.15 and 22.2. */
const ofNode = (zlib as { readonly crc32?: (text: string) => number }).crc32;

describe('crc32', () => {
  it.each([
    ['', 0],
    ['a', 0xe8b7be43],
    ['123456789', 0xcbf43926],
    ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ])('of %j is the published value', (text, expected) => {
    expect(crc32(text)).toBe(expected);
  });

  it.runIf(ofNode !== undefined)("is zlib's for any text, beyond ASCII too", () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(crc32(text)).toBe(ofNode?.(text));
      }),
    );
  });
});
