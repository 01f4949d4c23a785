import { claimStrategy, designId } from '../scenario/design.ts';
import { loadScenario } from '../scenario/load.ts';
import { planTasks } from '../scenario/plan.ts';
import type { QueueDesign, QueueScenario } from '../scenario/scenario.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { CHOSEN_FAULTS, type ChosenFault } from './conducted-run.ts';
import { type Exhaustion, type ExhaustProgress, exhaust } from './exhaustive.ts';
import { type Finding, findingOf, namedApart } from './finding.ts';
import { designNamed, explorable, type RunSpec } from './run-spec.ts';
import { SmallScope } from './small-scope.ts';

export interface SmallScopeOptions {
  /** Default: all of the scenario's, but for those that live on a log. */
  readonly designs?: readonly string[];
  /** Each is a process of its own; default 2. Processes, where the pool sizes itself. */
  readonly workers?: number;
  /** The first so many of the workload; default 2. */
  readonly tasks?: number;
  /** Of each type that has a limit; default 1: two tasks then already want the same token. */
  readonly limit?: number;
  readonly faults?: readonly string[];
  /** Default 1 where faults are given. */
  readonly maxFaults?: number;
  /** A host that crashed is down for so long. Default: for good. */
  readonly downMs?: number;
  /** Goes on after the first finding of a design, for the shortest of each kind. */
  readonly all?: boolean;
  /** Of the workload; default 1. */
  readonly seed?: number;
  /** No new schedule after so long, in ms of real time: what is left of it is shared out among the designs that are left. */
  readonly timeMs?: number;
  readonly onProgress?: (progress: SmallScopeProgress) => void;
  /** Real time in ms. */
  readonly nowMs?: () => number;
}

export interface SmallScopeProgress extends ExhaustProgress {
  readonly design: string;
  /** Runs of the counterexample that is being shrunk; undefined: none is. */
  readonly shrinking?: number;
}

export interface DesignExhaustion extends Omit<Exhaustion, 'violations'> {
  readonly survives: readonly string[];
  readonly findings: readonly Finding[];
}

export interface ExhaustiveExploration {
  readonly scenario: string;
  readonly schedule: 'exhaustive';
  readonly seed: number;
  readonly limit: number;
  readonly designs: readonly DesignExhaustion[];
  /** Designs of the scenario whose schedules nobody can tell apart. */
  readonly skipped: readonly string[];
}

/**
 * Visits every schedule of a small scope of a scenario: its first tasks, submitted at once, handled in no time, with few workers. Each
 * design is searched up to its first finding in contract, and what is found is shrunk.
 *
 * @param given a scenario's id, the path of its file, or a scenario that is data only
 * @throws UsageError
 */
export async function exploreExhaustively(
  given: string | QueueScenario,
  options: SmallScopeOptions = {},
): Promise<ExhaustiveExploration> {
  const argument = typeof given === 'string' ? given : given.id;
  const scenario = explorable(typeof given === 'string' ? await loadScenario(given) : given);
  const faults = (options.faults ?? []).map(chosenFault);
  const named = options.designs?.map((id) => designNamed(scenario, id));
  const designs = named ?? scenario.designs.filter((design) => !isOnLog(design));
  const nowMs = options.nowMs ?? (() => performance.now());
  const deadlineMs = nowMs() + (options.timeMs ?? Number.POSITIVE_INFINITY);
  const done: DesignExhaustion[] = [];
  for (const [index, design] of designs.entries()) {
    const spec = smallSpec(scenario, argument, design, options);
    const timeMs = Math.max(0, deadlineMs - nowMs()) / (designs.length - index);
    done.push(await exhaustDesign(scenario, spec, { ...options, faults, timeMs, nowMs }));
  }
  return {
    scenario: argument,
    schedule: 'exhaustive',
    seed: options.seed ?? 1,
    limit: options.limit ?? 1,
    designs: done,
    skipped: named === undefined ? scenario.designs.filter(isOnLog).map(designId) : [],
  };
}

function isOnLog({ claims }: QueueDesign): boolean {
  return claimStrategy(claims).needs === 'log';
}

function chosenFault(name: string): ChosenFault {
  const found = CHOSEN_FAULTS.find((kind) => kind === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `an exhaustive search knows no fault '${name}'; it knows: ${CHOSEN_FAULTS.join(', ')}; for others try --schedule random`,
  );
}

/** The smallest workload with the same types in it, at once and in no time. */
function smallSpec(
  scenario: QueueScenario,
  argument: string,
  design: QueueDesign,
  { workers = 2, tasks = 2, limit = 1, seed = 1 }: SmallScopeOptions,
): RunSpec {
  const types = Object.entries(scenario.workload.types);
  const limited = types.filter((type) => type[1].limit !== undefined);
  const without = ['atMs', 'everyMs'] as const;
  const plan = planTasks(scenario.workload, seed).map(({ id }) => id);
  if (plan.length < tasks) {
    throw new UsageError(`${scenario.id} has ${plan.length} tasks, not ${tasks}: try --tasks ${plan.length}`);
  }
  return {
    scenario: argument,
    design: designId(design),
    seed,
    tasks: plan.slice(0, tasks),
    processes: workers,
    ...(design.workers !== undefined && { workers }),
    limits: Object.fromEntries(limited.map(([name]) => [name, limit])),
    handlerMs: Object.fromEntries(types.map(([name]) => [name, 0])),
    without,
    faults: [],
    holds: [],
  };
}

async function exhaustDesign(
  scenario: QueueScenario,
  spec: RunSpec,
  options: Omit<SmallScopeOptions, 'faults'> & { readonly faults: readonly ChosenFault[]; readonly timeMs: number },
): Promise<DesignExhaustion> {
  const { faults, maxFaults = faults.length > 0 ? 1 : 0, downMs, onProgress } = options;
  if (faults.includes('crash') && downMs === undefined && maxFaults >= (spec.processes ?? 1)) {
    throw new UsageError(
      `${maxFaults} of ${spec.processes} hosts may die for good, and then nobody is left: add a worker, or say how long they are down`,
    );
  }
  const chosen = { faults, maxFaults, ...(downMs !== undefined && { downMs }) };
  const scope = new SmallScope(scenario, spec, chosen);
  let last: ExhaustProgress = { schedules: 0, pruned: 0, violations: 0 };
  const { violations, ...exhaustion } = await exhaust(scenario, spec, {
    ...chosen,
    all: options.all ?? false,
    timeMs: options.timeMs,
    ...(options.nowMs !== undefined && { nowMs: options.nowMs }),
    onProgress: (progress) => {
      last = progress;
      onProgress?.({ ...progress, design: spec.design });
    },
  });
  const findings: Finding[] = [];
  for (const violation of violations) {
    const breach = { ...violation, spec: scope.specOf(violation) };
    const finding = await findingOf(scenario, breach, {
      survives: scope.survives,
      promised: scope.promised,
      onTry: (shrinking) => onProgress?.({ ...last, design: spec.design, shrinking }),
    });
    const isKnown = findings.some(
      ({ invariant, shape, verdict }) =>
        invariant === finding.invariant && shape === finding.shape && verdict === finding.verdict,
    );
    if (!isKnown) findings.push(finding);
  }
  // What was found with a fault may be found without.
  const isViolated = findings.some(({ verdict }) => verdict === 'violated');
  return {
    ...exhaustion,
    verdict: isViolated ? 'violated' : exhaustion.verdict,
    survives: scope.survives,
    findings: namedApart(findings),
  };
}
