import { availableParallelism } from 'node:os';
import { promised } from '../history/promises.ts';
import { claimStrategy, designId, workerPool } from '../scenario/design.ts';
import { loadScenario } from '../scenario/load.ts';
import type { QueueDesign, QueueScenario } from '../scenario/scenario.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { type Batch, type BatchResult, type FoundBreach, runBatch, type SearchPlan } from './batch.ts';
import { addCoverage, type Coverage, type Gap, gapsOf, pairsOf } from './coverage.ts';
import type { ExploreJob } from './explore-worker.ts';
import { type FaultMenu, faultMenu } from './fault-plan.ts';
import { type Finding, findingOf, namedApart } from './finding.ts';
import { designNamed, explorable } from './run-spec.ts';
import { scheduleNamed } from './schedules/index.ts';
import { inThreads } from './threads.ts';

/** Seeds of one design that a thread does in one go: enough to spare it waiting, few enough for a first finding to come soon. */
const BATCH_SEEDS = 50;
/** Batches done here before any thread is started: what is found at once needs none. */
const BATCHES_HERE = 2;
/** Fewer batches than this are done before another thread has started. */
const BATCHES_WORTH_A_THREAD = 8;

/** In a list of kinds of faults: whatever the design claims to survive. */
export const IN_CONTRACT = 'contract';

export interface ExploreOptions {
  /** How many, from `firstSeed` on. */
  readonly seeds: number;
  /** Default 1. */
  readonly firstSeed?: number;
  /** Default: all of the scenario's. */
  readonly designs?: readonly string[];
  /** Default `random`. */
  readonly schedule?: string;
  /** Default: nothing goes wrong but what the scenario itself says. */
  readonly faults?: FaultMenu;
  /** Beside those of the menu, all that each design claims to survive. */
  readonly inContract?: boolean;
  /** Judged besides those that the scenario names and the design promises. */
  readonly invariants?: readonly string[];
  /** Goes on after the first finding, for all that are distinct by design, invariant and message. */
  readonly all?: boolean;
  /** Whether a run in contract ends at the first violation that can be seen while it goes on. Default: where the search ends with it. */
  readonly stopOnViolation?: boolean;
  /** This part of the seeds only, from 1. */
  readonly shard?: { readonly index: number; readonly of: number };
  /** One seed in so many is run twice, and must give the same history. Default 100; 1: all; 0: none. */
  readonly twiceEvery?: number;
  /** A run that comes to so many events goes on for ever, which is a finding. Default: `RUN_EVENTS_MAX`. */
  readonly eventsMax?: number;
  /** Default: as many as the machine has cores. */
  readonly threads?: number;
  /** No new seeds after so long, in ms of real time. What was done by then depends on the machine. */
  readonly timeMs?: number;
  readonly onProgress?: (progress: ExploreProgress) => void;
  /** Real time in ms, for `timeMs`. */
  readonly nowMs?: () => number;
}

export interface ExploreProgress {
  readonly runs: number;
  readonly runsMax: number;
  readonly findings: number;
  /** Pairs of a point and a kind of fault that have met, and those that there are. */
  readonly covered: number;
  readonly coverable: number;
  /** Runs of the counterexample that is being shrunk; undefined: none is. */
  readonly shrinking?: number;
}

/**
 * What a search says of a design. `holds`: every run was as promised, and every point met every fault. `inconclusive`: the same, but
 * for points that no fault has met, or no run at all. `out of contract`: violated only under faults that the design does not claim to
 * survive.
 */
export type DesignVerdict = 'holds' | 'violated' | 'inconclusive' | 'out of contract';

export interface DesignExploration {
  readonly design: string;
  readonly verdict: DesignVerdict;
  readonly invariants: readonly string[];
  readonly survives: readonly string[];
  readonly runs: number;
  readonly findings: readonly Finding[];
  readonly coverage: Coverage;
  /** What was not covered. */
  readonly gaps: readonly Gap[];
}

export interface Exploration {
  readonly scenario: string;
  readonly schedule: string;
  readonly faults: readonly string[];
  readonly firstSeed: number;
  readonly seeds: number;
  readonly shard: { readonly index: number; readonly of: number };
  readonly designs: readonly DesignExploration[];
  /** A seed that gave two histories: nothing else that is said here can then be trusted. */
  readonly nondeterminism: BatchResult['nondeterminism'];
}

/**
 * Searches seeds for runs that violate an invariant that the scenario names or the design promises, and shrinks what it finds. The
 * result is the same whatever the number of threads, but for `timeMs`.
 *
 * @param given a scenario's id, the path of its file, or a scenario that is data only
 * @throws UsageError
 */
export async function explore(given: string | QueueScenario, options: ExploreOptions): Promise<Exploration> {
  const argument = typeof given === 'string' ? given : given.id;
  const scenario = explorable(typeof given === 'string' ? await loadScenario(given) : given);
  const search = new Search(scenario, argument, options);
  await search.run(given);
  return search.result;
}

/** What the search knows of a design. */
interface Line {
  readonly design: QueueDesign;
  readonly invariants: readonly string[];
  readonly promised: readonly string[];
  readonly survives: NonNullable<ReturnType<typeof claimStrategy>['guarantees']['survives']>;
  readonly plan: SearchPlan;
  runs: number;
  coverage: Coverage | undefined;
  readonly findings: Finding[];
}

class Search {
  readonly #scenario: QueueScenario;
  readonly #argument: string;
  readonly #options: ExploreOptions;
  readonly #plan: SearchPlan;
  readonly #lines: readonly Line[];
  readonly #batches: Iterator<{ readonly line: Line; readonly batch: Batch }>;
  /** Handed out, in order. */
  readonly #given: { readonly line: Line; readonly batch: Batch }[] = [];
  /** Breaches that have been shrunk already. */
  readonly #known = new Set<string>();
  readonly #deadlineMs: number;
  readonly #nowMs: () => number;
  #isOver = false;
  /** Batches whose results have been taken in. */
  #taken = 0;
  #nondeterminism: BatchResult['nondeterminism'] = null;

  constructor(scenario: QueueScenario, argument: string, options: ExploreOptions) {
    this.#scenario = scenario;
    this.#argument = argument;
    this.#options = options;
    this.#plan = {
      schedule: scheduleNamed(options.schedule ?? 'random').name,
      menu: options.faults ?? faultMenu([]),
      profileSeed: options.firstSeed ?? 1,
      twiceEvery: options.twiceEvery ?? 100,
      stopOnViolation: options.stopOnViolation ?? options.all !== true,
      ...(options.eventsMax !== undefined && { eventsMax: options.eventsMax }),
    };
    const designs = options.designs?.map((id) => designNamed(scenario, id)) ?? scenario.designs;
    this.#lines = designs.map((design) => lineOf(scenario, design, this.#plan, options));
    this.#batches = this.#batchesInOrder();
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#deadlineMs = options.timeMs === undefined ? Number.POSITIVE_INFINITY : this.#nowMs() + options.timeMs;
  }

  get #shard(): { readonly index: number; readonly of: number } {
    return this.#options.shard ?? { index: 1, of: 1 };
  }

  async run(given: string | QueueScenario): Promise<void> {
    for (let nth = 0; nth < BATCHES_HERE * this.#lines.length; nth++) {
      if (!(await this.#runNextHere())) return;
    }
    const left = Math.ceil((this.#seedCount * this.#lines.length) / BATCH_SEEDS) - this.#given.length;
    const threads = Math.min(
      this.#options.threads ?? availableParallelism(),
      Math.floor(left / BATCHES_WORTH_A_THREAD),
    );
    if (threads < 2) while (await this.#runNextHere());
    else await this.#runInThreads(given, threads);
  }

  async #runNextHere(): Promise<boolean> {
    const next = this.#next();
    if (next === undefined) return false;
    await this.#take(await runBatch(this.#scenario, next.batch));
    return true;
  }

  /** Results are taken in the order of the batches. A finding ends the search once all before it have been taken. */
  async #runInThreads(given: string | QueueScenario, threads: number): Promise<void> {
    const first = this.#given.length;
    const waiting = new Map<number, BatchResult>();
    let taking = Promise.resolve();
    const takeAll = async () => {
      for (let result = waiting.get(this.#taken); result !== undefined; result = waiting.get(this.#taken)) {
        waiting.delete(this.#taken);
        await this.#take(result);
      }
    };
    await inThreads<ExploreJob, BatchResult>({
      threads,
      module: 'explore/explore-worker',
      needsTypeScript: typeof given === 'string' && /\.[cm]?ts$/.test(given),
      next: () => {
        const next = this.#next();
        return next && { scenario: given, batch: next.batch };
      },
      onResult: (index, result) => {
        waiting.set(first + index, result);
        taking = taking.then(takeAll);
      },
    });
    await taking;
  }

  #next(): { readonly line: Line; readonly batch: Batch } | undefined {
    if (this.#isOver || this.#nowMs() >= this.#deadlineMs) return undefined;
    const { value, done } = this.#batches.next();
    if (done === true) return undefined;
    this.#given.push(value);
    return value;
  }

  get #seedCount(): number {
    const { index, of } = this.#shard;
    return Math.max(0, Math.ceil((this.#options.seeds - (index - 1)) / of));
  }

  /** Batch after batch, in each all designs in turn: whichever design has a bug, it comes up early. */
  *#batchesInOrder(): Generator<{ line: Line; batch: Batch }> {
    const { seeds, firstSeed = 1, all = false } = this.#options;
    const { index, of } = this.#shard;
    const own: number[] = [];
    for (let nth = index - 1; nth < seeds; nth += of) {
      own.push((firstSeed + nth) >>> 0);
      if (own.length < BATCH_SEEDS && nth + of < seeds) continue;
      const batchSeeds = own.splice(0);
      for (const line of this.#lines) {
        const batch = {
          argument: this.#argument,
          design: designId(line.design),
          invariants: line.invariants,
          promised: line.promised,
          seeds: batchSeeds,
          survives: line.survives,
          stops: !all,
          plan: line.plan,
        };
        yield { line, batch };
      }
    }
  }

  async #take(result: BatchResult): Promise<void> {
    const { line } = this.#given[this.#taken++] as { readonly line: Line };
    if (this.#isOver) return;
    line.runs += result.runs;
    line.coverage = line.coverage === undefined ? result.coverage : addCoverage(line.coverage, result.coverage);
    this.#nondeterminism ??= result.nondeterminism;
    for (const breach of result.found) await this.#consider(line, breach);
    this.#report();
  }

  async #consider(line: Line, breach: FoundBreach): Promise<void> {
    const key = [breach.spec.design, breach.invariant, breach.shape, breach.isInContract].join('/');
    if (this.#isOver || this.#known.has(key)) return;
    this.#known.add(key);
    const finding = await findingOf(this.#scenario, breach, {
      survives: line.survives,
      promised: line.promised,
      onTry: (tries) => this.#report(tries),
    });
    const isKnown = line.findings.some(
      ({ invariant, shape, verdict }) =>
        invariant === finding.invariant && shape === finding.shape && verdict === finding.verdict,
    );
    if (!isKnown) line.findings.push(finding);
    if (finding.verdict === 'violated' && this.#options.all !== true) this.#isOver = true;
  }

  #report(shrinking?: number): void {
    const coverages = this.#lines.flatMap(({ coverage }) => coverage ?? []);
    const coverable = coverages.reduce((sum, coverage) => sum + pairsOf(coverage), 0);
    this.#options.onProgress?.({
      runs: this.#lines.reduce((sum, { runs }) => sum + runs, 0),
      runsMax: this.#seedCount * this.#lines.length,
      findings: this.#lines.reduce((sum, { findings }) => sum + findings.length, 0),
      covered: coverable - coverages.reduce((sum, coverage) => sum + gapsOf(coverage).length, 0),
      coverable,
      ...(shrinking !== undefined && { shrinking }),
    });
  }

  get result(): Exploration {
    const { seeds, firstSeed = 1 } = this.#options;
    return {
      scenario: this.#argument,
      schedule: this.#plan.schedule,
      faults: [
        ...(this.#options.inContract === true ? [IN_CONTRACT] : []),
        ...this.#plan.menu.kinds.map(({ kind }) => kind),
      ],
      firstSeed,
      seeds,
      shard: this.#shard,
      designs: this.#lines.map(explorationOf),
      nondeterminism: this.#nondeterminism,
    };
  }
}

function lineOf(
  scenario: QueueScenario,
  design: QueueDesign,
  plan: SearchPlan,
  { invariants: more = [], inContract = false }: ExploreOptions,
): Line {
  const { guarantees } = claimStrategy(design.claims);
  const promises = promised(guarantees, workerPool(design.pool).guarantees);
  const { menu } = plan;
  const own = inContract ? faultMenu(guarantees.survives ?? []).kinds : [];
  const others = menu.kinds.filter(({ kind }) => !own.some((each) => each.kind === kind));
  return {
    design,
    invariants: [...new Set([...scenario.invariants, ...promises, ...more])],
    promised: promises,
    survives: guarantees.survives ?? [],
    plan: { ...plan, menu: { ...menu, kinds: [...own, ...others] } },
    runs: 0,
    coverage: undefined,
    findings: [],
  };
}

function explorationOf({ design, invariants, survives, runs, findings, coverage }: Line): DesignExploration {
  const covered = coverage ?? { kinds: [], points: [], counts: [] };
  const gaps = gapsOf(covered);
  return {
    design: designId(design),
    verdict: verdictOf(runs, findings, gaps),
    invariants,
    survives,
    runs,
    findings: namedApart(findings),
    coverage: covered,
    gaps,
  };
}

export function verdictOf(runs: number, findings: readonly Finding[], gaps: readonly Gap[]): DesignVerdict {
  if (findings.some(({ verdict }) => verdict === 'violated')) return 'violated';
  if (findings.length > 0) return 'out of contract';
  return runs === 0 || gaps.length > 0 ? 'inconclusive' : 'holds';
}

/** @throws UsageError for anything but `2/8` */
export function shardFrom(text: string): { readonly index: number; readonly of: number } {
  const [index, of] = (/^(\d+)\/(\d+)$/.exec(text)?.slice(1) ?? []).map(Number);
  if (index !== undefined && of !== undefined && index >= 1 && index <= of) return { index, of };
  throw new UsageError(`--shard must be a part of a whole, as in --shard 2/8, not '${text}'`);
}
