import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { designGrid } from '../explore/design-grid.ts';
import { gridJson, gridTable } from '../report/design-grid.ts';
import { namedWorkload, WORKLOADS } from '../scenario/workloads.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { wholeNumber } from './number-option.ts';
import { canvas, print } from './output.ts';

interface GridOptions {
  readonly workload: string;
  readonly workers: number;
  readonly processes: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** Adds `windtunnel grid` to the program. */
export function addGridCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('grid')
    .description('run every claim strategy with every pool that fits, on one workload')
    .option('--workload <id>', `one of ${WORKLOADS.map(({ id }) => id).join(', ')}`, 'mixed-minute')
    .option(
      '--workers <n>',
      'workers over all processes, of pools that do not size themselves',
      wholeNumber('--workers', 1, 10_000),
      10,
    )
    .option('--processes <n>', 'processes to spread them over', wholeNumber('--processes', 1, 1000), 1)
    .option('--seed <n>', 'the seed', wholeNumber('--seed', 0, 2 ** 32 - 1), 1)
    .option('--json', 'print one JSON object and nothing else')
    .action(async ({ workload, json, ...options }: GridOptions) => {
      const grid = await designGrid(namedWorkload(workload), { ...options, threads: availableParallelism() });
      print(json ? gridJson(grid) : `${gridTable(grid, canvas())}\n`);
      finish(EXIT.success);
    });
}
