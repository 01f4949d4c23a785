import { designId, runner } from '../scenario/design.ts';
import { withDefaults } from '../scenario/parameters.ts';
import { play } from '../scenario/run-scenario.ts';
import type { RunnerDesign, RunnerScenario, Scenario } from '../scenario/scenario.ts';
import { SIM_BACKEND } from '../scenario/sim-backend.ts';
import { UsageError } from '../scenario/usage-error.ts';
import type { Delays } from '../simulation/interleaver.ts';
import { type Step, Trace } from '../simulation/trace.ts';
import { breachesOf, type Outcome } from './breach.ts';

/** All that makes a run of an in-process runner under one schedule. */
export interface InterleavingSpec {
  /** Its id, or the path of its file. */
  readonly scenario: string;
  readonly design: string;
  readonly seed: number;
  /** How many of each there are, instead of what scenario and design say. */
  readonly sizes: Sizes;
  readonly delays: Delays;
}

/**
 * What a smaller counterexample may have less of, by name: `tasks 1` and `callers 1` of the workload's first group of posts, and so on
 * (no tasks: the group is left out), and the design's own numbers: threads, capacity.
 */
export type Sizes = Readonly<Record<string, number>>;

export function isRunnerScenario(scenario: Scenario): scenario is RunnerScenario {
  return 'posts' in scenario.workload;
}

/** @throws UsageError */
export function runnerNamed(scenario: RunnerScenario, id: string): RunnerDesign {
  const design = scenario.designs.find((candidate) => designId(candidate) === id);
  if (design !== undefined) return design;
  throw new UsageError(`${scenario.id} has no design '${id}'; it has: ${scenario.designs.map(designId).join(', ')}`);
}

/** The sizes that scenario and design have by themselves, in the order in which they are made smaller. */
export function sizesOf({ workload: { posts } }: RunnerScenario, design: RunnerDesign): Sizes {
  const groups = posts.flatMap(({ count, callers = 1 }, index): [string, number][] => [
    [`tasks ${index + 1}`, count],
    [`callers ${index + 1}`, callers],
  ]);
  const own = Object.entries(withDefaults(runner(design.runner), design.parameters)).filter(isSize);
  return Object.fromEntries([...groups, ...own]);
}

/** A duration or a ratio is none, and what is without end for all purposes is none either. */
function isSize(entry: [name: string, value: unknown]): entry is [string, number] {
  const [name, value] = entry;
  return typeof value === 'number' && value > 1 && value < 1_000_000 && !/Ms$|Ratio$/.test(name);
}

/** The least that a size may be: one, and no task of a group where another has some. */
export function leastSize(name: string, sizes: Sizes): number {
  const others = Object.entries(sizes).some(([other, size]) => other !== name && isTasks(other) && size > 0);
  return isTasks(name) && others ? 0 : 1;
}

function isTasks(name: string): boolean {
  return name.startsWith('tasks ');
}

export interface InterleavedRun extends Outcome {
  /** Of each decision: between how many goroutines. */
  readonly choices: readonly number[];
  readonly steps: readonly Step[];
}

/** @param told whether to write down who does what */
export async function runInterleaving(
  scenario: RunnerScenario,
  spec: InterleavingSpec,
  invariants: readonly string[],
  told = false,
): Promise<InterleavedRun> {
  const choices: number[] = [];
  const trace = told ? new Trace() : undefined;
  const interleaving = { delays: spec.delays, choices, ...(trace !== undefined && { trace }) };
  const { sized, design } = varied(scenario, spec);
  try {
    const { history, historyHash } = await play(sized, design, spec.seed, SIM_BACKEND, undefined, { interleaving });
    return { history, historyHash, breaches: breachesOf(history, invariants), choices, steps: trace?.steps ?? [] };
  } finally {
    trace?.end();
  }
}

function varied(
  scenario: RunnerScenario,
  { sizes, design: id }: InterleavingSpec,
): { readonly sized: RunnerScenario; readonly design: RunnerDesign } {
  const posts = scenario.workload.posts.flatMap((group, index) => {
    const count = sizes[`tasks ${index + 1}`] ?? group.count;
    const callers = Math.min(count, sizes[`callers ${index + 1}`] ?? group.callers ?? 1);
    return count === 0 ? [] : [{ ...group, count, callers }];
  });
  const design = runnerNamed(scenario, id);
  const { defaults } = runner(design.runner);
  const own = Object.entries(sizes).filter(([name]) => Object.hasOwn(defaults, name));
  return {
    sized: { ...scenario, workload: { ...scenario.workload, posts } },
    design: { ...design, parameters: { ...design.parameters, ...Object.fromEntries(own) } },
  };
}
