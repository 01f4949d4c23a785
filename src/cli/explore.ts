import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { type Exploration, type ExploreProgress, explore, IN_CONTRACT, shardFrom } from '../explore/explore.ts';
import { faultMenu } from '../explore/fault-plan.ts';
import { isRunnerScenario } from '../explore/interleaving-run.ts';
import { counted } from '../report/counted.ts';
import { explorationText } from '../report/exploration.ts';
import { loadScenario } from '../scenario/load.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { duration } from './duration.ts';
import { assertFits, EXHAUSTIVE, exploreAll, SCHEDULE_NAMES } from './exhaustive.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { exploreInterleavingsCommand } from './explore-interleavings.ts';
import { writeFindings } from './findings.ts';
import { wholeNumber } from './number-option.ts';
import { canvas, print, progress } from './output.ts';
import { assertWritable } from './report-folder.ts';

interface ExploreCommandOptions {
  readonly seeds: number;
  readonly seed: number;
  readonly design?: readonly string[];
  readonly schedule: string;
  readonly delays?: number;
  readonly faults?: readonly string[];
  readonly maxFaults?: number;
  readonly jobs?: number;
  readonly time?: number;
  readonly workers?: number;
  readonly tasks?: number;
  readonly limit?: number;
  readonly down?: number;
  readonly all?: boolean;
  readonly shard?: string;
  readonly twice?: boolean;
  readonly json?: boolean;
  readonly out: string;
}

const SEEDS_MAX = 100_000_000;

/** Adds `windtunnel explore` to the program. */
export function addExploreCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('explore')
    .description('search seeds, schedules and faults for a run that breaks an invariant, and shrink it')
    .argument('<scenario>', 'a scenario by id, or a scenario file by path')
    .option('--seeds <count>', 'how many seeds', wholeNumber('--seeds', 1, SEEDS_MAX), 1000)
    .option('--seed <n>', 'the first of them', wholeNumber('--seed', 0, 2 ** 32 - 1), 1)
    .option('--design <ids...>', 'only these designs')
    .option('--schedule <name>', SCHEDULE_NAMES.join(', '), 'random')
    .option(
      '--delays <n>',
      'of in-process runners: all schedules with at most so many (default: 3)',
      wholeNumber('--delays', 0, 16),
    )
    .option(
      '--faults <kinds>',
      'what may go wrong, as in crash,reply-lost; contract: all that each design claims to survive (default: nothing)',
      kindsFrom,
    )
    .option(
      '--max-faults <n>',
      'at most so many in a run (default: 3; exhaustive: 1)',
      wholeNumber('--max-faults', 1, 100),
    )
    .option('--workers <n>', 'exhaustive: each a process of its own (default: 2)', wholeNumber('--workers', 1, 100))
    .option('--tasks <n>', 'exhaustive: the first so many (default: 2)', wholeNumber('--tasks', 1, 1000))
    .option('--limit <n>', 'exhaustive: of each type that has one (default: 1)', wholeNumber('--limit', 1, 1000))
    .option('--down <duration>', 'exhaustive: how long a crashed host is (default: for good)', duration('--down', '1s'))
    .option('--jobs <n>', 'threads (default: one a core)', wholeNumber('--jobs', 1, 1024))
    .option(
      '--time <duration>',
      'no new runs after so long, as in 60s or 5m (default: none; exhaustive: 60s)',
      duration('--time', '60s'),
    )
    .option('--all', 'go on after the first finding, for all that are distinct')
    .option('--shard <i/n>', 'only this part of the seeds, as in 2/8; see merge')
    .option('--twice', 'run every seed twice, not only one in a hundred')
    .option('--json', 'print one JSON object and nothing else')
    .option('--out <folder>', 'where findings are written', 'reports/findings')
    .action(async (scenario: string, options: ExploreCommandOptions, command: Command) => {
      assertFits(command, options.schedule);
      assertWritable(options.out);
      const loaded = await loadScenario(scenario);
      if (isRunnerScenario(loaded)) {
        finish(await exploreInterleavingsCommand(loaded, scenario, options));
        return;
      }
      if (options.delays !== undefined) {
        throw new UsageError(
          `--delays is for scenarios of in-process runners, which ${loaded.id} is not: leave it out`,
        );
      }
      const search = options.schedule === EXHAUSTIVE ? exploreAll : exploreDrawn;
      finish(await search(scenario, options));
    });
}

function kindsFrom(text: string): readonly string[] {
  return text.split(',').map((kind) => kind.trim());
}

async function exploreDrawn(scenario: string, options: ExploreCommandOptions): Promise<ExitCode> {
  const startMs = performance.now();
  const kinds = options.faults ?? [];
  const exploration = await explore(scenario, {
    seeds: options.seeds,
    firstSeed: options.seed,
    schedule: options.schedule,
    faults: faultMenu(
      kinds.filter((kind) => kind !== IN_CONTRACT),
      options.maxFaults === undefined ? {} : { faultsMax: options.maxFaults },
    ),
    inContract: kinds.includes(IN_CONTRACT),
    threads: options.jobs ?? availableParallelism(),
    all: options.all ?? false,
    twiceEvery: options.twice ? 1 : 100,
    onProgress: (state) => progress(progressLine(state, performance.now() - startMs)),
    ...(options.design !== undefined && { designs: options.design }),
    ...(options.time !== undefined && { timeMs: options.time }),
    ...(options.shard !== undefined && { shard: shardFrom(options.shard) }),
  });
  progress('');
  const files = writeFindings(exploration, options.out);
  print(
    options.json
      ? `${JSON.stringify(exploration, undefined, 2)}\n`
      : `${explorationText(exploration, canvas(), files)}\n`,
  );
  return exitCodeOf(exploration);
}

/** A bug is one in contract; and a seed that gives two histories is one of windtunnel, or of what it runs. */
export function exitCodeOf({ designs, nondeterminism }: Exploration): ExitCode {
  const isBroken = nondeterminism !== null || designs.some(({ verdict }) => verdict === 'violated');
  return isBroken ? EXIT.unexpected : EXIT.success;
}

function progressLine(state: ExploreProgress, elapsedMs: number): string {
  const { runs, runsMax, findings, covered, coverable, shrinking } = state;
  const rate = elapsedMs > 0 ? Math.round(runs / (elapsedMs / 1000)) : 0;
  return [
    `${runs} of ${counted(runsMax, 'run')}`,
    `${rate} seeds/s`,
    counted(findings, 'finding'),
    ...(coverable === 0 ? [] : [`coverage ${Math.floor((covered / coverable) * 100)} %`]),
    ...(shrinking === undefined ? [] : [`shrinking, run ${shrinking}`]),
  ].join(', ');
}
