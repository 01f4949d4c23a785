import { join } from 'node:path';
import { exploreInterleavings, type InterleavingExploration } from '../explore/interleaving-search.ts';
import { interleavingsText } from '../report/interleaving.ts';
import type { RunnerScenario } from '../scenario/scenario.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { canvas, print, progress } from './output.ts';
import { writeReports } from './report-folder.ts';

/** What of `explore`'s options an in-process runner has a use for, and those that it has none for. */
export interface InterleavingCommandOptions {
  readonly seed: number;
  readonly design?: readonly string[];
  readonly delays?: number;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly out: string;
  readonly faults?: readonly string[];
  readonly shard?: string;
  readonly schedule: string;
}

/** `windtunnel explore` of an in-process runner: every interleaving that few delays can make. */
export async function exploreInterleavingsCommand(
  scenario: RunnerScenario,
  argument: string,
  options: InterleavingCommandOptions,
): Promise<ExitCode> {
  if (options.faults !== undefined || options.shard !== undefined) {
    throw new UsageError(
      `${scenario.id} is of in-process runners: leave --faults and --shard out, and say with --delays how far to go`,
    );
  }
  if (!['random', 'exhaustive'].includes(options.schedule)) {
    throw new UsageError(
      `${scenario.id} is of in-process runners, whose schedules are all visited: leave --schedule out`,
    );
  }
  const exploration = await exploreInterleavings(scenario, argument, {
    seed: options.seed,
    all: options.all ?? false,
    onProgress: ({ design, schedules }) => progress(`${design}: ${schedules} schedules`),
    ...(options.delays !== undefined && { delays: options.delays }),
    ...(options.design !== undefined && { designs: options.design }),
  });
  progress('');
  const files = writeInterleavings(exploration, options.out);
  print(
    options.json
      ? `${JSON.stringify(exploration, undefined, 2)}\n`
      : `${interleavingsText(exploration, canvas(), files)}\n`,
  );
  return exploration.designs.some(({ verdict }) => verdict === 'violated') ? EXIT.unexpected : EXIT.success;
}

/** @returns where each was written, by its id */
function writeInterleavings({ designs }: InterleavingExploration, folder: string): Map<string, string> {
  const findings = designs.flatMap((design) => design.findings);
  const contents = findings.map((finding): [string, string] => [
    `${finding.id}.json`,
    `${JSON.stringify(finding, undefined, 2)}\n`,
  ]);
  if (contents.length > 0) writeReports(folder, new Map(contents));
  return new Map(findings.map(({ id }) => [id, join(folder, `${id}.json`)]));
}
