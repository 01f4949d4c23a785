import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertWritable, writeReports } from '../../src/cli/report-folder.ts';
import { UsageError } from '../../src/scenario/usage-error.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'windtunnel-folder-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('a report folder', () => {
  it('is made where it is missing, and what else is in it stays', () => {
    const folder = join(root, 'a/b');
    writeReports(folder, new Map([['one.md', '1']]));
    writeReports(folder, new Map([['two.md', '2']]));
    expect(readdirSync(folder)).toEqual(['one.md', 'two.md']);
    expect(readFileSync(join(folder, 'two.md'), 'utf8')).toBe('2');
  });

  it('is tried without a trace', () => {
    assertWritable(join(root, 'a/b'));
    expect(readdirSync(root)).toEqual([]);
  });

  it('holds no half of a report that could not be written', () => {
    mkdirSync(join(root, 'two.md'));
    const files = new Map([
      ['missing/one.md', '1'],
      ['two.md', '2'],
    ]);
    expect(() => writeReports(root, files)).toThrow(UsageError);
    expect(readdirSync(root)).toEqual(['two.md']);
  });

  it('that cannot be made is refused, and what was made on the way is gone', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => assertWritable(join(root, 'file/reports'))).toThrow(/file\/reports.*a part of the path is a file/);
    expect(() => assertWritable('/proc/windtunnel/reports')).toThrow(UsageError);
    expect(readdirSync(root)).toEqual(['file']);
  });
});
