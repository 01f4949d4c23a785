import { designId, runner } from '../scenario/design.ts';
import type { RunnerDesign, RunnerScenario } from '../scenario/scenario.ts';
import { installGuards } from '../simulation/guards.ts';
import { exploreDelays } from '../simulation/interleaver.ts';
import { type Breach, isBreach } from './breach.ts';
import { type InterleavingFinding, interleavingFinding } from './interleaving-finding.ts';
import {
  type InterleavedRun,
  type InterleavingSpec,
  leastSize,
  runInterleaving,
  runnerNamed,
  sizesOf,
} from './interleaving-run.ts';
import { smallest } from './smallest.ts';

/** How many delays a search goes up to that is not told. */
export const DELAYS_DEFAULT = 3;
/** A search visits schedules of one design until they had so many decisions in all: some seconds' work. */
const DECISIONS_MAX = 400_000;
/** Shrinking one breach takes no more decisions than this. */
const SHRINKING_DECISIONS_MAX = 200_000;

/** What a search says of a design. */
export interface DesignInterleavings {
  readonly design: string;
  /** `inconclusive`: not all schedules were visited, and those that were broke nothing. */
  readonly verdict: 'holds' | 'violated' | 'inconclusive';
  readonly invariants: readonly string[];
  /** Visited, by their delays: the first without any. */
  readonly schedules: readonly number[];
  /** Those of them that broke an invariant. */
  readonly violating: number;
  /** All schedules with at most so many delays were visited; -1: not even the one without. */
  readonly complete: number;
  readonly findings: readonly InterleavingFinding[];
}

export interface InterleavingExploration {
  readonly kind: 'interleavings';
  readonly scenario: string;
  readonly seed: number;
  /** At most so many. */
  readonly delays: number;
  readonly designs: readonly DesignInterleavings[];
}

export interface InterleavingOptions {
  /** Of randomness and of the order of timers. Default 1. */
  readonly seed?: number;
  /** Default: three, or the scenario's own where it has more. */
  readonly delays?: number;
  /** Default: all of the scenario's. */
  readonly designs?: readonly string[];
  /** A finding for every invariant that breaks, not only for the first. */
  readonly all?: boolean;
  /** Ends a design's search with its first finding. */
  readonly stops?: boolean;
  readonly onProgress?: (progress: { readonly design: string; readonly schedules: number }) => void;
}

/**
 * Visits all schedules of an in-process runner's goroutines with at most so many delays, fewest first, and shrinks what breaks: first
 * the workload, then the delays. Deterministic: the same scenario and seed give the same findings.
 *
 * Exhaustive as to the order of shared accesses. What timers decide (handlers that take time, crashes) is as the seed has it.
 *
 * @throws UsageError for a design that is not there
 */
export async function exploreInterleavings(
  scenario: RunnerScenario,
  argument: string,
  options: InterleavingOptions = {},
): Promise<InterleavingExploration> {
  const { seed = 1 } = options;
  const delays = options.delays ?? delaysOf(scenario);
  const chosen = options.designs?.map((id) => runnerNamed(scenario, id)) ?? scenario.designs;
  const designs: DesignInterleavings[] = [];
  // To put them up for every run anew would take longer than the run.
  const undo = installGuards();
  try {
    for (const design of chosen) {
      designs.push(await new DesignSearch(scenario, design, argument, seed, options).run(delays));
    }
  } finally {
    undo();
  }
  return { kind: 'interleavings', scenario: argument, seed, delays, designs };
}

function delaysOf({ workload: { schedules } }: RunnerScenario): number {
  return schedules !== undefined && 'delays' in schedules ? Math.max(DELAYS_DEFAULT, schedules.delays) : DELAYS_DEFAULT;
}

/** What a search may still cost. */
interface Budget {
  decisions: number;
}

class DesignSearch {
  readonly #scenario: RunnerScenario;
  readonly #options: InterleavingOptions;
  readonly #promised: readonly string[];
  readonly #invariants: readonly string[];
  /** The whole workload, without delays. */
  readonly #whole: InterleavingSpec;

  constructor(
    scenario: RunnerScenario,
    design: RunnerDesign,
    argument: string,
    seed: number,
    options: InterleavingOptions,
  ) {
    this.#scenario = scenario;
    this.#options = options;
    this.#promised = promisedBy(design);
    this.#invariants = [...new Set([...scenario.invariants, ...this.#promised])];
    this.#whole = {
      scenario: argument,
      design: designId(design),
      seed,
      sizes: sizesOf(scenario, design),
      delays: [],
    };
  }

  async run(most: number): Promise<DesignInterleavings> {
    const { all = false, stops = false, onProgress } = this.#options;
    const { design } = this.#whole;
    const found = new Map<string, { readonly spec: InterleavingSpec; readonly breach: Breach }>();
    const schedules: number[] = [];
    let violating = 0;
    let visited = 0;
    const end = await this.#visit(this.#whole, most, { decisions: DECISIONS_MAX }, (spec, breaches) => {
      const { length } = spec.delays;
      schedules[length] = (schedules[length] ?? 0) + 1;
      if (++visited % 100 === 0) onProgress?.({ design, schedules: visited });
      if (breaches.length > 0) violating++;
      for (const breach of breaches) if (!found.has(breach.invariant)) found.set(breach.invariant, { spec, breach });
      return stops && found.size > 0;
    });
    const findings: InterleavingFinding[] = [];
    for (const { spec, breach } of [...found.values()].slice(0, all ? undefined : 1)) {
      findings.push(await this.#finding(spec, breach));
    }
    const isComplete = end === 'complete';
    return {
      design,
      verdict: violating > 0 ? 'violated' : isComplete ? 'holds' : 'inconclusive',
      invariants: this.#invariants,
      schedules,
      violating,
      complete: isComplete ? most : schedules.length - 2,
      findings,
    };
  }

  /** @param seen whether the search may end */
  async #visit(
    spec: InterleavingSpec,
    most: number,
    budget: Budget,
    seen: (spec: InterleavingSpec, breaches: readonly Breach[]) => boolean,
  ): Promise<'complete' | 'stopped' | 'given up'> {
    let end: 'complete' | 'stopped' | 'given up' = 'complete';
    await exploreDelays(most, async (delays) => {
      const visited = { ...spec, delays };
      const { breaches, choices } = await this.#run(visited);
      budget.decisions -= choices.length;
      if (seen(visited, breaches)) end = 'stopped';
      else if (budget.decisions < 0) end = 'given up';
      return end === 'complete' ? choices : undefined;
    });
    return end;
  }

  #run(spec: InterleavingSpec): Promise<InterleavedRun> {
    return runInterleaving(this.#scenario, spec, this.#invariants);
  }

  /** The smallest workload that breaks with no more delays, and then the fewest delays that break it. */
  async #finding(first: InterleavingSpec, breach: Breach): Promise<InterleavingFinding> {
    const budget = { decisions: SHRINKING_DECISIONS_MAX };
    let least = first;
    let isMinimal = true;
    const names = Object.keys(first.sizes);
    const sized = (numbers: readonly number[]) =>
      Object.fromEntries(names.map((name, place) => [name, numbers[place] as number]));
    const leastOf = (place: number, numbers: readonly number[]) => leastSize(names[place] as string, sized(numbers));
    await smallest(Object.values(first.sizes), leastOf, async (numbers) => {
      if (!isMinimal) return false;
      const smaller = { ...first, sizes: sized(numbers) };
      const end = await this.#visit(smaller, first.delays.length, budget, (spec, breaches) => {
        if (!breaches.some(isBreach(breach))) return false;
        least = spec;
        return true;
      });
      isMinimal = end !== 'given up';
      return end === 'stopped';
    });
    const isPromised = this.#promised.includes(breach.invariant);
    return interleavingFinding(this.#scenario, breach, least, first, { isPromised, isMinimal });
  }
}

/** Invariants that a runner holds itself to. */
function promisedBy(design: RunnerDesign): string[] {
  const { order, delivery } = runner(design.runner).guarantees;
  return [
    ...(order === 'one at a time, in order of posts' ? ['sequenced'] : []),
    ...(delivery === 'exactly once' ? ['no-task-lost'] : []),
  ];
}
