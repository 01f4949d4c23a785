import { type Command, Option } from 'commander';
import { jsonReport } from '../report/json.ts';
import type { ReportPage } from '../report/markdown.ts';
import { type Canvas, palette } from '../report/palette.ts';
import { circumstances, scenarioPage } from '../report/scenario-page.ts';
import { overSeeds, withoutHistories } from '../report/seeds.ts';
import { expectationTable } from '../report/table.ts';
import { isAsExpected, summary } from '../report/verdict.ts';
import { unexpectedViolations } from '../report/violations.ts';
import { wrap } from '../report/wrap.ts';
import { BACKEND_NAMES, type Backend, type BackendName, openBackend } from '../scenario/backend.ts';
import { designId } from '../scenario/design.ts';
import { listScenarios, loadScenario } from '../scenario/load.ts';
import type { ScenarioResult } from '../scenario/result.ts';
import { runScenario } from '../scenario/run-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { catalogue, catalogueJson } from './catalogue.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { closedOnInterrupt } from './interruption.ts';
import { positiveNumber, wholeNumber } from './number-option.ts';
import { canvas, print, progress } from './output.ts';
import { reportFiles } from './report-files.ts';
import { assertWritable, writeReports } from './report-folder.ts';

interface ScenarioOptions {
  readonly seed: number;
  readonly seeds?: number;
  readonly backend?: BackendName;
  readonly redis?: string;
  readonly timeScale?: number;
  readonly design?: string;
  readonly json?: boolean;
  readonly out?: string;
  readonly list?: boolean;
}

const SEED_MAX = 2 ** 32 - 1;
const SEEDS_MAX = 10_000;
const TIME_SCALE_MAX = 10;

/** Adds `windtunnel scenario` to the program. */
export function addScenarioCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('scenario')
    .description('run scenarios: what the documents say of a design, and what it does')
    .argument('[ids...]', 'scenarios by id, or scenario files by path; without any, all')
    .addOption(new Option('--seed <n>', 'the seed of the run').default(1).argParser(wholeNumber('--seed', 0, SEED_MAX)))
    .addOption(
      new Option('--seeds <count>', 'run so many seeds in a row, and report the spread').argParser(
        wholeNumber('--seeds', 1, SEEDS_MAX),
      ),
    )
    .addOption(
      new Option('--backend <name>', `where to run: ${BACKEND_NAMES.join(', ')} (default: sim)`).argParser(backendName),
    )
    .option('--redis <url>', 'a running Redis, redis://host:port; without it --backend redis starts a private one')
    .addOption(
      new Option('--time-scale <x>', 'in real time: a documented second lasts x seconds').argParser(
        positiveNumber('--time-scale', TIME_SCALE_MAX, '0.01'),
      ),
    )
    .option('--design <id>', 'only this design of each scenario')
    .option('--json', 'print one JSON object and nothing else')
    .option('--out <folder>', 'also write each scenario as JSON and Markdown into a folder')
    .option('--list', 'list scenarios and designs with the document each comes from')
    .action(async (ids: readonly string[], options: ScenarioOptions) => finish(await scenarioCommand(ids, options)));
}

async function scenarioCommand(ids: readonly string[], options: ScenarioOptions): Promise<ExitCode> {
  if (options.list) {
    const scenarios = [...(await chosenScenarios(ids)).values()];
    print(options.json ? catalogueJson(scenarios) : `${catalogue(scenarios, canvas())}\n`);
    return EXIT.success;
  }
  const name = chosenBackend(options);
  const chosen = await chosenScenarios(ids);
  const scenarios = withDesign([...chosen.values()], options.design, ids.length > 0);
  if (options.out !== undefined) assertWritable(options.out);
  const open = () =>
    openBackend({
      name,
      ...(options.redis !== undefined && { url: options.redis }),
      ...(options.timeScale !== undefined && { timeScale: options.timeScale }),
    });
  // A private redis-server may be starting: it is stopped when the process exits, not when a signal kills it.
  const backend = name === 'sim' ? await open() : await closedOnInterrupt(async () => {}, open);
  const pages = await runScenarios(scenarios, backend, options);
  if (options.out !== undefined) {
    const isComplete = ids.length === 0 && options.design === undefined;
    writeReports(options.out, reportFiles(pages, isComplete));
  }
  const results = pages.map(({ result }) => result);
  const argumentOf = (id: string): string => [...chosen].find(([, scenario]) => scenario.id === id)?.[0] ?? id;
  print(options.json ? jsonReport(results) : text(pages, canvas(), argumentOf));
  return results.every(({ expectations }) => expectations.every(isAsExpected)) ? EXIT.success : EXIT.unexpected;
}

/** Runs scenarios one after the other, on one seed or several, and closes the backend, whatever happens. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  backend: Backend,
  options: { readonly seed: number; readonly seeds?: number; readonly design?: string },
): Promise<ReportPage[]> {
  const { seed, seeds, design } = options;
  const run = async (scenario: Scenario): Promise<ReportPage> => {
    const results: ScenarioResult[] = [];
    for (let nth = 0; nth < (seeds ?? 1); nth++) {
      const result = await runScenario(scenario, {
        seed: seed + nth,
        backend,
        ...(design !== undefined && { design }),
      });
      results.push(withoutHistories(result));
    }
    return { scenario, result: seeds === undefined ? (results[0] as ScenarioResult) : overSeeds(results) };
  };
  const runAll = async (): Promise<ReportPage[]> => {
    try {
      const pages: ReportPage[] = [];
      for (const [index, scenario] of scenarios.entries()) {
        progress(`${scenario.id}, ${index + 1} of ${scenarios.length}`);
        pages.push(await run(scenario));
      }
      return pages;
    } finally {
      progress('');
      await backend.close();
    }
  };
  // The simulation leaves nothing behind, and while it computes no handler would be called: a signal just ends it.
  return backend.name === 'sim' ? runAll() : closedOnInterrupt(() => backend.close(), runAll);
}

function text(pages: readonly ReportPage[], on: Canvas, argumentOf: (scenario: string) => string): string {
  const results = pages.map(({ result }) => result);
  const [only] = results;
  const { faint } = palette(on.colour);
  const single = results.length === 1 && only !== undefined;
  const hint =
    single || only === undefined
      ? []
      : [`${circumstances(only)}; one in full: npx windtunnel scenario ${argumentOf(only.scenario)}`];
  const blocks = [
    single ? scenarioPage(only, on) : expectationTable(results, on),
    unexpectedViolations(results, on, argumentOf),
    [...wrap(summary(results), on.width), ...hint.flatMap((line) => wrap(line, on.width)).map(faint)].join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** Scenarios by what the command line calls them: ids or paths. */
async function chosenScenarios(ids: readonly string[]): Promise<Map<string, Scenario>> {
  if (ids.length === 0) return new Map((await listScenarios()).map((scenario) => [scenario.id, scenario]));
  const chosen = new Map<string, Scenario>();
  for (const argument of new Set(ids)) {
    const scenario = await loadScenario(argument);
    // Reports are named by id: two of the same would be one file.
    const [twin] = [...chosen].find(([, { id }]) => id === scenario.id) ?? [];
    if (twin !== undefined) {
      throw new UsageError(`${twin} and ${argument} are both called '${scenario.id}': give one of them another id`);
    }
    chosen.set(argument, scenario);
  }
  return chosen;
}

/** @param named the user named these scenarios: each must have the design, where of all scenarios those that have it do */
function withDesign(scenarios: readonly Scenario[], design: string | undefined, named: boolean): readonly Scenario[] {
  if (design === undefined) return scenarios;
  const having = scenarios.filter((scenario) => designsOf(scenario).includes(design));
  const lacking = scenarios.find((scenario) => !having.includes(scenario));
  if (having.length > 0 && (!named || lacking === undefined)) return having;
  const known = [...new Set((named && lacking ? [lacking] : scenarios).flatMap(designsOf))].sort().join('; ');
  const where = named && lacking ? `scenario ${lacking.id} has` : 'no scenario has';
  throw new UsageError(`${where}${named ? ' no' : ' a'} design '${design}'; there are: ${known}`);
}

function designsOf(scenario: Scenario): string[] {
  return scenario.designs.map(designId);
}

function backendName(text: string): BackendName {
  const found = BACKEND_NAMES.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`there is no backend '${text}'; there are: ${BACKEND_NAMES.join(', ')}`);
}

function chosenBackend({ backend, redis, timeScale }: ScenarioOptions): BackendName {
  if (redis !== undefined && backend !== undefined && backend !== 'redis') {
    throw new UsageError(`--redis and --backend ${backend} contradict each other: leave one of them out`);
  }
  const name = backend ?? (redis === undefined ? 'sim' : 'redis');
  if (timeScale !== undefined && name === 'sim') {
    throw new UsageError('--time-scale is for real time, and the simulation has its own: add --backend redis or mock');
  }
  return name;
}
