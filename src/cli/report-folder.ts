import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../scenario/usage-error.ts';

const STAGE = '.windtunnel-';

/**
 * Finds out, before anything is run for it, that reports can be written to a folder. Leaves no trace.
 * @throws UsageError
 */
export function assertWritable(folder: string): void {
  staged(folder, (_, created) => {
    if (created !== undefined) rmSync(created, { recursive: true, force: true });
  });
}

/**
 * Writes files into a folder, which is made where it is missing. Each appears whole or not at all; other files stay.
 * @param files contents by name
 * @throws UsageError
 */
export function writeReports(folder: string, files: ReadonlyMap<string, string>): void {
  staged(folder, (stage) => {
    for (const [name, content] of files) writeFileSync(join(stage, name), content);
    for (const name of files.keys()) renameSync(join(stage, name), join(folder, name));
  });
}

/** @param work gets a folder on the same file system, and what had to be made for it */
function staged(folder: string, work: (stage: string, created: string | undefined) => void): void {
  let created: string | undefined;
  let stage: string | undefined;
  try {
    created = makeFolder(resolve(folder));
    stage = mkdtempSync(join(folder, STAGE));
    work(stage, created);
  } catch (error) {
    if (created !== undefined) rmSync(created, { recursive: true, force: true });
    throw new UsageError(
      `cannot write reports to ${folder} (${reason(error)}): name a folder that you may write to with --out`,
      { cause: error },
    );
  } finally {
    if (stage !== undefined) rmSync(stage, { recursive: true, force: true });
  }
}

/**
 * Makes a folder and what is missing above it. Not by mkdir's `recursive`, which never returns where nothing can be made (/proc).
 * @returns the topmost folder that it made; undefined where it was all there
 */
function makeFolder(folder: string): string | undefined {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const above = dirname(folder);
  const created = above === folder ? undefined : makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (created !== undefined) rmSync(created, { recursive: true, force: true });
    throw error;
  }
  return created ?? folder;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file of that name is in the way',
  ENOENT: 'no such place',
  EISDIR: 'a folder is where a file should go',
};

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error';
  return REASONS[code] ?? code;
}
