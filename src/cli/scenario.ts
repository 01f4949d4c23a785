import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { seedsOf, sweep } from '../explore/sweep.ts';
import { withoutHistories } from '../explore/sweep-job.ts';
import { jsonReport } from '../report/json.ts';
import type { ReportPage } from '../report/markdown.ts';
import { overview } from '../report/overview.ts';
import { type Canvas, palette } from '../report/palette.ts';
import { circumstances, scenarioPage } from '../report/scenario-page.ts';
import { overSeeds } from '../report/seeds.ts';
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
import { canvas, complain, print, progress } from './output.ts';
import { reportFiles } from './report-files.ts';
import { assertWritable, writeReports } from './report-folder.ts';

interface ScenarioOptions {
  readonly seed?: number;
  readonly seeds?: number;
  readonly backend?: BackendName;
  readonly redis?: string;
  readonly timeScale?: number;
  readonly design?: string;
  readonly json?: boolean;
  readonly out?: string;
  readonly list?: boolean;
}

const SEED_DEFAULT = 1;
/** Of all scenarios at once; the reports take as many as each needs. */
const SEEDS_AT_A_GLANCE = 3;
const SEED_MAX = 2 ** 32 - 1;
const SEEDS_MAX = 10_000;
const TIME_SCALE_MAX = 10;

/** Adds `windtunnel scenario` to the program. */
export function addScenarioCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('scenario')
    .description('run scenarios: what the documents say of a design, and what it does')
    .argument('[ids...]', 'scenarios by id, or scenario files by path; without any, all')
    .addOption(
      new Option('--seed <n>', `the seed of the run, or the first of several (default: ${SEED_DEFAULT})`).argParser(
        wholeNumber('--seed', 0, SEED_MAX),
      ),
    )
    .addOption(
      new Option(
        '--seeds <count>',
        'run so many seeds in a row, and report the spread (default: 1 for named scenarios; of all, up to three)',
      ).argParser(wholeNumber('--seeds', 1, SEEDS_MAX)),
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
  const having = new Set(withDesign([...chosen.values()], options.design, ids.length > 0));
  const scenarios = new Map([...chosen].filter(([, scenario]) => having.has(scenario)));
  if (options.out !== undefined) assertWritable(options.out);
  const open = () =>
    openBackend({
      name,
      ...(options.redis !== undefined && { url: options.redis }),
      ...(options.timeScale !== undefined && { timeScale: options.timeScale }),
    });
  // A private redis-server may be starting: it is stopped when the process exits, not when a signal kills it.
  const backend = name === 'sim' ? await open() : await closedOnInterrupt(async () => {}, open);
  const whole = ids.length === 0 && options.design === undefined;
  const seeds = seedsAsked(options, ids.length === 0 && name === 'sim');
  const runs = await runScenarios(scenarios, backend, { seed: options.seed ?? SEED_DEFAULT, ...options, seeds });
  const pages = runs.map(({ scenario, results }) => page(scenario, results, options.seeds !== undefined));
  if (options.out !== undefined) {
    writeReports(options.out, reportFiles(pages, whole));
  }
  const results = pages.map(({ result }) => result);
  const argumentOf = (id: string): string => [...chosen].find(([, scenario]) => scenario.id === id)?.[0] ?? id;
  print(options.json ? jsonReport(results) : text(pages, canvas(), whole, argumentOf));
  return results.every(({ expectations }) => expectations.every(isAsExpected)) ? EXIT.success : EXIT.unexpected;
}

/** Without a seed or a number of seeds, all scenarios are judged over up to three; one is shown on one. */
function seedsAsked({ seed, seeds }: ScenarioOptions, all: boolean): (scenario: Scenario) => number {
  if (seeds !== undefined) return () => seeds;
  return all && seed === undefined ? (scenario) => Math.min(seedsOf(scenario), SEEDS_AT_A_GLANCE) : () => 1;
}

/** @param spread also of a single seed */
function page(scenario: Scenario, results: readonly ScenarioResult[], spread: boolean): ReportPage {
  const result = results.length === 1 && !spread ? (results[0] as ScenarioResult) : overSeeds(results);
  return { scenario, result };
}

/** A scenario by what the command line calls it, and what came of it on consecutive seeds. */
export interface ScenarioRuns {
  readonly argument: string;
  readonly scenario: Scenario;
  readonly results: readonly ScenarioResult[];
}

/**
 * Runs each scenario on as many seeds as asked, and closes the backend, whatever happens.
 * @param chosen by what the command line calls them
 */
export async function runScenarios(
  chosen: ReadonlyMap<string, Scenario>,
  backend: Backend,
  options: {
    readonly seed: number;
    readonly seeds: (scenario: Scenario) => number;
    readonly design?: string | undefined;
  },
): Promise<ScenarioRuns[]> {
  const jobs = [...chosen].flatMap(([argument, scenario]) =>
    Array.from({ length: options.seeds(scenario) }, (_, nth) => ({
      scenario: argument,
      seed: options.seed + nth,
      design: options.design,
    })),
  );
  // A terminal shows how far it is; elsewhere silence would look like a standstill.
  if (backend.name !== 'sim' && jobs.length > 1 && !process.stderr.isTTY) {
    complain(
      `${jobs.length} runs in real time, a documented second lasting ${backend.timeScale} s: this takes minutes`,
    );
  }
  const onDone = (done: number) => progress(`${done} of ${jobs.length} runs`);
  const runAll = async (): Promise<ScenarioResult[]> => {
    try {
      if (backend.name === 'sim') return await sweep(jobs, { threads: availableParallelism(), onDone });
      const results: ScenarioResult[] = [];
      for (const { scenario, seed, design } of jobs) {
        const only = design !== undefined && { design };
        const result = await runScenario(chosen.get(scenario) as Scenario, { seed, backend, ...only });
        results.push(withoutHistories(result));
        onDone(results.length);
      }
      return results;
    } finally {
      progress('');
      await backend.close();
    }
  };
  // The simulation leaves nothing behind, and while it computes no handler would be called: a signal just ends it.
  const all = await (backend.name === 'sim' ? runAll() : closedOnInterrupt(() => backend.close(), runAll));
  let from = 0;
  return [...chosen].map(([argument, scenario]) => {
    const seeds = options.seeds(scenario);
    from += seeds;
    return { argument, scenario, results: all.slice(from - seeds, from) };
  });
}

function text(
  pages: readonly ReportPage[],
  on: Canvas,
  whole: boolean,
  argumentOf: (scenario: string) => string,
): string {
  const results = pages.map(({ result }) => result);
  const [only] = results;
  const { faint } = palette(on.colour);
  const single = results.length === 1 && only !== undefined;
  const hint =
    single || only === undefined
      ? []
      : [`${circumstances(only)}; one in full: npx windtunnel scenario ${argumentOf(only.scenario)}`];
  const body = () => {
    if (single) return scenarioPage(only, on);
    return whole ? overview(pages, on) : expectationTable(results, on);
  };
  const blocks = [
    body(),
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
