import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Exploration } from '../explore/explore.ts';
import { mergeExplorations } from '../explore/merge.ts';
import { explorationText } from '../report/exploration.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { EXHAUSTIVE } from './exhaustive.ts';
import type { ExitCode } from './exit-code.ts';
import { exitCodeOf } from './explore.ts';
import { canvas, print } from './output.ts';

/** Adds `windtunnel merge` to the program. */
export function addMergeCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('merge')
    .description('join what explore --shard --json has printed on several machines')
    .argument('<files...>', 'one JSON file a shard')
    .option('--json', 'print one JSON object and nothing else')
    .action((files: readonly string[], options: { readonly json?: boolean }) => {
      const merged = mergeExplorations(files.map(read));
      print(options.json ? `${JSON.stringify(merged, undefined, 2)}\n` : `${explorationText(merged, canvas())}\n`);
      finish(exitCodeOf(merged));
    });
}

function read(path: string): Exploration {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'no JSON' : ((error as NodeJS.ErrnoException).code ?? String(error));
    throw new UsageError(`${path} cannot be read: ${why}`);
  }
  const { designs, shard, schedule } = (value ?? {}) as {
    designs?: unknown;
    shard?: { of?: unknown };
    schedule?: unknown;
  };
  if (schedule === EXHAUSTIVE) throw new UsageError(`${path} is a search of all schedules, and those have no shards`);
  if (Array.isArray(designs) && typeof shard?.of === 'number') return value as Exploration;
  throw new UsageError(`${path} is no result of windtunnel explore --json`);
}
