import type { Command } from 'commander';
import { isAsExpected, summary } from '../report/verdict.ts';
import { openBackend } from '../scenario/backend.ts';
import { listScenarios } from '../scenario/load.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { print } from './output.ts';
import { reportFiles } from './report-files.ts';
import { assertWritable, writeReports } from './report-folder.ts';
import { runScenarios } from './scenario.ts';

/** Reports are compared byte for byte, so they are all of one seed. */
const SEED = 1;

/** Adds `windtunnel report` to the program. */
export function addReportCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('report')
    .description('run all scenarios and write them as JSON and Markdown, the same bytes every time')
    .option('--out <folder>', 'where to', 'reports')
    .action(async ({ out }: { readonly out: string }) => {
      assertWritable(out);
      const pages = await runScenarios(await listScenarios(), await openBackend({ name: 'sim' }), { seed: SEED });
      const files = reportFiles(pages, true);
      writeReports(out, files);
      const results = pages.map(({ result }) => result);
      print(`${summary(results)}\n${files.size} files written to ${out}\n`);
      finish(results.every(({ expectations }) => expectations.every(isAsExpected)) ? EXIT.success : EXIT.unexpected);
    });
}
