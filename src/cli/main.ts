import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { UsageError } from '../scenario/usage-error.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { addExploreCommand } from './explore.ts';
import { addGridCommand } from './grid.ts';
import { addMergeCommand } from './merge.ts';
import { addMutantsCommand } from './mutants.ts';
import { complain, print } from './output.ts';
import { addReplayCommand } from './replay.ts';
import { addReportCommand } from './report.ts';
import { addRunCommand } from './run.ts';
import { addScenarioCommand } from './scenario.ts';

/**
 * The command line. Results go to standard output, complaints to standard error.
 * @param args without the names of Node.js and the program
 * @returns the process's exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  let code: ExitCode = EXIT.success;
  try {
    const root = program((outcome) => {
      code = outcome;
    });
    if (args.length === 0) root.outputHelp();
    else await root.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof UsageError) {
      complain(error.message);
      return EXIT.usage;
    }
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.success;
      complain(refusal(error));
      return EXIT.usage;
    }
    complain('this is a defect of windtunnel, please report it:');
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return EXIT.internal;
  }
}

function program(finish: (code: ExitCode) => void): Command {
  const root = new Command('windtunnel')
    .description(
      'A wind tunnel for task-queue designs: their production code under a virtual clock, against a simulated Redis.',
    )
    .version(version(), '--version')
    .exitOverride()
    // Commander prints its complaint in two lines, before it throws; `main` prints it in one.
    .configureOutput({ writeOut: print, writeErr: () => {} });
  addScenarioCommand(root, finish);
  addRunCommand(root, finish);
  addGridCommand(root, finish);
  addExploreCommand(root, finish);
  addReplayCommand(root, finish);
  addMergeCommand(root, finish);
  addMutantsCommand(root, finish);
  addReportCommand(root, finish);
  return root;
}

/** Commander's complaint with its suggestion, or else with where to look, in one line. */
function refusal(error: CommanderError): string {
  const [complaint = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  if (suggestion !== undefined) return `${complaint}: ${suggestion.replace(/^\(Did/, 'did').replace(/\)$/, '')}`;
  return `${complaint.replace(/\.$/, '')}: see windtunnel --help`;
}

/** Of the package, which is two folders up from the sources and three from the build. */
function version(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string };
      return manifest.version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return 'unknown';
}
