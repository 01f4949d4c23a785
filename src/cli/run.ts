import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { sweep } from '../explore/sweep.ts';
import { jsonReport } from '../report/json.ts';
import { scenarioPage } from '../report/scenario-page.ts';
import { overSeeds } from '../report/seeds.ts';
import type { ScenarioResult } from '../scenario/result.ts';
import { designFrom, trial } from '../scenario/trial.ts';
import { namedWorkload, WORKLOADS } from '../scenario/workloads.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { wholeNumber } from './number-option.ts';
import { canvas, print } from './output.ts';

interface RunOptions {
  readonly claims: string;
  readonly pool: string;
  readonly workload: string;
  readonly workers: number;
  readonly processes: number;
  readonly seed: number;
  readonly seeds: number;
  readonly set?: readonly string[];
  readonly json?: boolean;
}

/** Adds `windtunnel run` to the program. */
export function addRunCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('run')
    .description('run one design, any claim strategy with any pool that fits, on any workload')
    .requiredOption('--claims <id>', 'the claim strategy (scenario --list shows all)')
    .option('--pool <id>', 'the worker pool', 'polling')
    .option('--workload <id>', `one of ${WORKLOADS.map(({ id }) => id).join(', ')}`, 'email-burst')
    .option(
      '--workers <n>',
      'workers over all processes; a pool that sizes itself takes no notice',
      wholeNumber('--workers', 1, 10_000),
      10,
    )
    .option('--processes <n>', 'processes to spread them over', wholeNumber('--processes', 1, 1000), 1)
    .option('--set <name=value...>', 'a parameter of the strategy or of the pool')
    .option('--seed <n>', 'the seed', wholeNumber('--seed', 0, 2 ** 32 - 1), 1)
    .option(
      '--seeds <count>',
      'run so many seeds in a row, and report the spread',
      wholeNumber('--seeds', 1, 10_000),
      1,
    )
    .option('--json', 'print one JSON object and nothing else')
    .action(async (options: RunOptions) => finish(await runCommand(options)));
}

async function runCommand(options: RunOptions): Promise<ExitCode> {
  const scenario = trial(namedWorkload(options.workload), [designFrom(options)], options.processes);
  const jobs = Array.from({ length: options.seeds }, (_, nth) => ({ scenario, seed: options.seed + nth }));
  const results = await sweep(jobs, { threads: availableParallelism() });
  const result = results.length === 1 ? (results[0] as ScenarioResult) : overSeeds(results);
  print(options.json ? jsonReport([result]) : `${scenarioPage(result, canvas())}\n`);
  return EXIT.success;
}
