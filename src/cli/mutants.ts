import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { SCHEDULES } from '../explore/schedules/index.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { wholeNumber } from './number-option.ts';
import { print, progress } from './output.ts';
import { assertWritable, writeReports } from './report-folder.ts';

interface MutantsCommandOptions {
  readonly trials: number;
  readonly seeds: number;
  readonly patience: number;
  readonly quietSeeds: number;
  readonly seed: number;
  readonly mutant?: readonly string[];
  readonly schedule?: readonly string[];
  readonly jobs?: number;
  readonly short?: boolean;
  readonly out: string;
}

/** Adds `windtunnel mutants` to the program. */
export function addMutantsCommand(program: Command, finish: (code: ExitCode) => void): void {
  const names = SCHEDULES.map(({ name }) => name).join(', ');
  program
    .command('mutants')
    .description('plant classic bugs into the sound designs, and measure how many seeds it takes to find each')
    .option('--trials <count>', 'how often each is hunted', wholeNumber('--trials', 1, 10_000), 50)
    .option('--seeds <count>', 'seeds of all trials of a hunt', wholeNumber('--seeds', 1, 1e8), 10_000)
    .option('--patience <count>', 'seeds of one trial, after which it ends', wholeNumber('--patience', 1, 1e8), 1000)
    .option(
      '--quiet-seeds <count>',
      'seeds of each hunt that must find nothing',
      wholeNumber('--quiet-seeds', 1, 1e8),
      100,
    )
    .option('--seed <n>', 'the first of them', wholeNumber('--seed', 0, 1e9), 1_000_001)
    .option('--mutant <ids...>', 'only these')
    .option('--schedule <names...>', `only these of ${names}`)
    .option('--jobs <n>', 'threads (default: one a core)', wholeNumber('--jobs', 1, 1024))
    .option('--short', 'only whether each is found, once, under one schedule; writes no report')
    .option('--out <folder>', 'where mutants.md and mutants.json are written', 'reports')
    .action(async (options: MutantsCommandOptions) => finish(await mutantsCommand(options)));
}

async function mutantsCommand(options: MutantsCommandOptions): Promise<ExitCode> {
  // Nobody else needs the mutants, and they need the designs to be as they were: whoever changes one can still run everything else.
  const { SHORT, scoreboard, surprises } = await import('../explore/scoreboard.ts');
  const { scoreboardJson, scoreboardPage, scoreboardSum } = await import('../report/scoreboard.ts');
  if (!options.short) assertWritable(options.out);
  const board = await scoreboard(
    {
      trials: options.trials,
      seedsMax: options.seeds,
      patience: options.patience,
      seedsQuiet: options.quietSeeds,
      firstSeed: options.seed,
      ...(options.schedule !== undefined && { schedules: options.schedule }),
      ...(options.short && SHORT),
      ...(options.mutant !== undefined && { mutants: options.mutant }),
    },
    options.jobs ?? availableParallelism(),
    (done, of) => progress(`${done} of ${of} hunts`),
  );
  progress('');
  if (!options.short) {
    writeReports(
      options.out,
      new Map([
        ['mutants.md', scoreboardPage(board)],
        ['mutants.json', scoreboardJson(board)],
      ]),
    );
  }
  print(`${scoreboardSum(board).join('\n')}\n${options.short ? '' : `${join(options.out, 'mutants.md')}\n`}`);
  const { missed, foundAllTheSame, falseAlarms } = surprises(board);
  return missed.length + foundAllTheSame.length + falseAlarms.length === 0 ? EXIT.success : EXIT.unexpected;
}
