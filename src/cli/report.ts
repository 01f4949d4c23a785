import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { designGrid } from '../explore/design-grid.ts';
import type { InterleavingFinding } from '../explore/interleaving-finding.ts';
import { isRunnerScenario } from '../explore/interleaving-run.ts';
import { exploreInterleavings } from '../explore/interleaving-search.ts';
import { seedsOf } from '../explore/sweep.ts';
import { gridJson, gridPage } from '../report/design-grid.ts';
import { designsPage } from '../report/designs-page.ts';
import { documentedFigures } from '../report/documented-figures.ts';
import type { ReportPage } from '../report/markdown.ts';
import { overSeeds } from '../report/seeds.ts';
import { isAsExpected, summary } from '../report/verdict.ts';
import { weaknessesPage } from '../report/weaknesses-page.ts';
import { openBackend } from '../scenario/backend.ts';
import { listScenarios } from '../scenario/load.ts';
import type { ScenarioResult } from '../scenario/result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { namedWorkload } from '../scenario/workloads.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { print } from './output.ts';
import { reportFiles } from './report-files.ts';
import { assertWritable, writeReports } from './report-folder.ts';
import { runScenarios } from './scenario.ts';

/** Reports are compared byte for byte: pages show this seed, and figures are judged over so many from it on. */
const SEED = 1;

const GRID_WORKLOAD = 'mixed-minute';
const GRID = { seed: SEED, workers: 10, processes: 2 };

/** Adds `windtunnel report` to the program. */
export function addReportCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('report')
    .description('run all scenarios and write them as JSON and Markdown, the same bytes every time')
    .option('--out <folder>', 'where to', 'reports')
    .action(async ({ out }: { readonly out: string }) => {
      assertWritable(out);
      const scenarios = new Map((await listScenarios()).map((scenario) => [scenario.id, scenario]));
      const runs = await runScenarios(scenarios, await openBackend({ name: 'sim' }), { seed: SEED, seeds: seedsOf });
      const pages: ReportPage[] = [];
      for (const { scenario, results } of runs) {
        const result = results[0] as ScenarioResult;
        pages.push({ scenario, result, interleavings: await interleavings(scenario, result) });
      }
      const spreads = runs.map(({ scenario, results }) => ({ scenario, result: overSeeds(results) }));
      const files = reportFiles(pages, true);
      files.set('documented-figures.md', documentedFigures(spreads));
      const grid = await designGrid(namedWorkload(GRID_WORKLOAD), { ...GRID, threads: availableParallelism() });
      files.set('weaknesses.md', weaknessesPage(spreads));
      files.set('designs.md', designsPage());
      files.set('grid.md', gridPage(grid));
      files.set('grid.json', gridJson(grid));
      writeReports(out, files);
      const results = spreads.map(({ result }) => result);
      print(`${summary(results)}\n${files.size} files written to ${out}\n`);
      finish(results.every(({ expectations }) => expectations.every(isAsExpected)) ? EXIT.success : EXIT.unexpected);
    });
}

/** The smallest interleaving of each design of an in-process runner that broke. */
async function interleavings(scenario: Scenario, { runs }: ScenarioResult): Promise<readonly InterleavingFinding[]> {
  if (!isRunnerScenario(scenario)) return [];
  const broken = runs.filter(({ invariants }) => invariants.some(({ verdict }) => verdict === 'violated'));
  const designs = broken.map(({ design }) => design);
  const explored = await exploreInterleavings(scenario, scenario.id, { seed: SEED, designs, stops: true });
  return explored.designs.flatMap(({ findings }) => findings);
}
