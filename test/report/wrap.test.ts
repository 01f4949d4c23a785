import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, wrap } from '../../src/report/wrap.ts';

const words = fc.array(fc.stringMatching(/^[a-zA-Z0-9%×.,/-]{1,30}$|^[读写队列]{1,12}$/), { maxLength: 20 });

describe('wrap', () => {
  it('breaks at spaces', () => {
    expect(wrap('one runs and 38 wait', 9)).toEqual(['one runs', 'and 38', 'wait']);
  });

  it('breaks a name that is too long after a hyphen', () => {
    expect(wrap('single-queue-contention', 14)).toEqual(['single-queue-', 'contention']);
  });

  it('keeps a number and its unit on one line', () => {
    expect(wrap('9 fail: 25 % completion', 10)).toEqual(['9 fail:', '25 %', 'completion']);
  });

  it('sets in what continues a line', () => {
    expect(wrap('one runs and 38 wait', 9, 2)).toEqual(['one runs', '  and 38', '  wait']);
  });

  it('gives an empty text one empty line', () => {
    expect(wrap('', 10)).toEqual(['']);
  });

  it('exceeds no width and loses no character', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 4, max: 60 }), fc.constantFrom(0, 2), (parts, width, hang) => {
        const lines = wrap(parts.join(' '), width, hang);
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(parts.join(''));
      }),
    );
  });
});
