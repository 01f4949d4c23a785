import type { QueueScenario } from '../scenario/scenario.ts';
import type { ChosenFaults } from './choices.ts';
import { STEPS_MAX } from './endless.ts';
import type { DesignVerdict } from './explore.ts';
import type { RunSpec } from './run-spec.ts';
import { type Reduction, ScheduleSearch, UnrepeatableRun } from './schedule-search.ts';
import { inSeries } from './series.ts';
import { type ExhaustiveViolation, type ScopeSize, SmallScope } from './small-scope.ts';

export interface ExhaustOptions extends ChosenFaults {
  /** Judged instead of those that the scenario names and the design promises. Any that looks at the order of all events costs the reduction. */
  readonly invariants?: readonly string[];
  /** No other choice is tried beyond so many steps of a run. */
  readonly depth?: number;
  /** No new schedule after so long, in ms of real time. */
  readonly timeMs?: number;
  /** Goes on after the first violation in contract, for the shortest of each kind. */
  readonly all?: boolean;
  /** Default `partial-order`. The others are there to check it. */
  readonly reduction?: Reduction;
  readonly onProgress?: (progress: ExhaustProgress) => void;
  /** Told of the end of each schedule that was run to it: all that is left in Redis, and what came of each task. */
  readonly onSchedule?: (finalState: string) => void;
  /** Real time in ms. */
  readonly nowMs?: () => number;
}

export interface ExhaustProgress {
  readonly schedules: number;
  readonly pruned: number;
  readonly violations: number;
}

export interface Exhaustion {
  readonly verdict: DesignVerdict;
  /** The run of which all schedules were asked for. */
  readonly spec: RunSpec;
  readonly design: string;
  readonly scope: ScopeSize;
  readonly invariants: readonly string[];
  /** Asked for by the scenario or promised, and not judged: they look at the order of all events. Name them in `invariants`. */
  readonly notJudged: readonly string[];
  /** Schedules that were visited to their end: each stands for all that differ by swapping steps that commute. */
  readonly schedules: number;
  /** Begun and given up, as they were the same as one that was visited. */
  readonly pruned: number;
  /** Steps of the longest. */
  readonly depth: number;
  /** Schedules that are known to be left: each stands for one at least. */
  readonly left: number;
  /** What ended the search before its time; null: nothing. */
  readonly cutBy: 'time' | 'depth' | 'violation' | 'steps' | null;
  readonly violations: readonly ExhaustiveViolation[];
}

/**
 * Visits every schedule of a small run. All messages travel no time and no command takes any, so that at each moment of virtual time any of
 * those under way may arrive next, in order on each connection; and whatever a host's timers do at that moment may come before or after.
 * Handlers take the time that the scenario or the spec gives them: 0 lets them end before or after whatever happens meanwhile.
 *
 * What is left out, and why nothing is lost by it: of schedules that differ by swapping steps that commute, one is visited
 * (`ScheduleSearch`). What is left out, and is stated: virtual time goes on only when nothing is left to happen, so that no message is
 * slower than a timer; scripts are in Redis's cache from the start; a host dies right before a step that it would make a difference to;
 * once all tasks have ended, or nothing has moved for too long, the run is wound up in one order.
 *
 * Each worker is a process of its own, unless the spec says otherwise: those of one process share a connection, which has an order.
 *
 * @throws UsageError
 */
export async function exhaust(
  scenario: QueueScenario,
  spec: RunSpec,
  options: ExhaustOptions = {},
): Promise<Exhaustion> {
  return inSeries(() => exhaustInSeries(new SmallScope(scenario, spec, options), options));
}

async function exhaustInSeries(small: SmallScope, options: ExhaustOptions): Promise<Exhaustion> {
  const search = new ScheduleSearch(options.reduction ?? 'partial-order', options.depth);
  const nowMs = options.nowMs ?? (() => performance.now());
  const deadlineMs = options.timeMs === undefined ? Number.POSITIVE_INFINITY : nowMs() + options.timeMs;
  const violations = new Map<string, ExhaustiveViolation>();
  let [schedules, pruned, depth] = [0, 0, 0];
  let cutBy: Exhaustion['cutBy'] = null;
  await small.warmUp();
  for (let isMore = true; isMore && cutBy === null; ) {
    const ended = await small.run(search.pick);
    if (ended.end === 'known') pruned++;
    else {
      schedules++;
      depth = Math.max(depth, ended.steps.length);
      for (const violation of ended.violations) keepShortest(violations, violation);
    }
    options.onProgress?.({ schedules, pruned, violations: violations.size });
    isMore = search.next(ended.steps);
    if (ended.end === 'endless') cutBy = 'steps';
    else if (isMore && options.all !== true && ended.violations.some(({ isInContract }) => isInContract))
      cutBy = 'violation';
    else if (isMore && nowMs() >= deadlineMs) cutBy = 'time';
  }
  const { left } = search;
  if (cutBy === null && left > 0) cutBy = 'depth';
  return {
    verdict: verdictOf([...violations.values()], cutBy),
    spec: small.spec,
    design: small.spec.design,
    scope: small.size,
    invariants: small.invariants,
    notJudged: small.notJudged,
    schedules,
    pruned,
    depth,
    left,
    cutBy,
    violations: [...violations.values()],
  };
}

/**
 * Runs the schedule of a violation again.
 * @returns what it breaks
 * @throws UnrepeatableRun where the code has changed so that it cannot be followed
 */
export async function replayChoices(
  scenario: QueueScenario,
  spec: RunSpec,
  choices: readonly string[],
  options: ExhaustOptions = {},
): Promise<readonly ExhaustiveViolation[]> {
  const small = new SmallScope(scenario, spec, options);
  await small.warmUp();
  const { violations } = await small.run(({ candidates, faults }, { steps }) => {
    const name = choices[steps.length];
    const found = [...candidates, ...faults].find((candidate) => candidate.name === name);
    if (found !== undefined) return found;
    throw new UnrepeatableRun(`step ${steps.length} was ${name}, and there is no such step any more`);
  });
  return violations;
}

function keepShortest(violations: Map<string, ExhaustiveViolation>, found: ExhaustiveViolation): void {
  const key = `${found.invariant}: ${found.shape}: ${found.isInContract}`;
  const known = violations.get(key);
  const cost = ({ switches, choices }: ExhaustiveViolation) => switches * STEPS_MAX + choices.length;
  if (known === undefined || cost(found) < cost(known)) violations.set(key, found);
}

function verdictOf(violations: readonly ExhaustiveViolation[], cutBy: Exhaustion['cutBy']): DesignVerdict {
  if (violations.some(({ isInContract }) => isInContract)) return 'violated';
  if (cutBy !== null) return 'inconclusive';
  return violations.length > 0 ? 'out of contract' : 'holds';
}
