import { claimStrategy, designId } from '../scenario/design.ts';
import type { Variation } from '../scenario/fate.ts';
import type { Fault } from '../scenario/fault.ts';
import type { Hold } from '../scenario/hold.ts';
import { planTasks } from '../scenario/plan.ts';
import { type Play, play } from '../scenario/run-scenario.ts';
import type { Arrivals, QueueDesign, QueueScenario, QueueWorkload, Scenario } from '../scenario/scenario.ts';
import { SIM_BACKEND } from '../scenario/sim-backend.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { type Choices, switchesOf } from './choices.ts';
import { RUN_EVENTS_MAX } from './endless.ts';

/** What of an arrival a smaller counterexample may do without. */
export const ARRIVAL_OPTIONS = ['atMs', 'everyMs', 'priority', 'queueTimeoutMs', 'processTimeoutMs'] as const;
export type ArrivalOption = (typeof ARRIVAL_OPTIONS)[number];

/**
 * All that makes a run: it is a pure function of its spec and of the code. Whatever exploration varies stands here as data, and
 * nothing of it is drawn inside the run.
 */
export interface RunSpec {
  /** Its id, or the path of its file. */
  readonly scenario: string;
  readonly design: string;
  /** Of the workload, the handlers' durations and the latencies. */
  readonly seed: number;
  /** The planned tasks that are submitted, by id; all where not given. */
  readonly tasks?: readonly string[];
  /** Instead of the design's. */
  readonly workers?: number;
  /** Instead of the scenario's. */
  readonly processes?: number;
  /** Per type, instead of the workload's. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Per type, instead of the workload's. */
  readonly handlerMs?: Readonly<Record<string, number>>;
  /** What the arrivals do without. */
  readonly without?: readonly ArrivalOption[];
  /** Instead of the scenario's own. */
  readonly faults: readonly Fault[];
  /** The schedule, as deviations from one that holds nothing back. */
  readonly holds: readonly Hold[];
  /** Every step, where each was picked: nothing takes time then but what waits, and the faults are among the steps. */
  readonly choices?: Choices;
  /** A run that comes to so many events goes on for ever. Default: `RUN_EVENTS_MAX`. */
  readonly eventsMax?: number;
}

/** @throws UsageError: wake-ups and runners have no tasks to be left out, and workloads of their own */
export function explorable(scenario: Scenario): QueueScenario {
  if ('types' in scenario.workload) return scenario as QueueScenario;
  throw new UsageError(`${scenario.id} is no scenario of queue designs, and only those can be explored`);
}

/** @throws UsageError */
export function designNamed(scenario: QueueScenario, id: string): QueueDesign {
  const design = scenario.designs.find((candidate) => designId(candidate) === id);
  if (design !== undefined) return design;
  throw new UsageError(`${scenario.id} has no design '${id}'; it has: ${scenario.designs.map(designId).join(', ')}`);
}

/** The run that the scenario by itself describes. */
export function plainSpec(scenario: QueueScenario, argument: string, design: string, seed: number): RunSpec {
  return { scenario: argument, design, seed, faults: scenario.environment?.faults ?? [], holds: [] };
}

/** The scenario as the spec varies it, and its design. @throws UsageError */
export function varied(scenario: QueueScenario, spec: RunSpec): { scenario: QueueScenario; design: QueueDesign } {
  const { workers, processes, faults } = spec;
  const own = designNamed(scenario, spec.design);
  const design = workers === undefined ? own : { ...own, workers };
  const environment = { ...scenario.environment, ...(processes !== undefined && { processes }), faults };
  return { scenario: { ...scenario, workload: variedWorkload(scenario.workload, spec), environment }, design };
}

function variedWorkload(workload: QueueWorkload, { limits, handlerMs, without }: RunSpec): QueueWorkload {
  const types = Object.entries(workload.types).map(([name, type]) => {
    const limit = limits?.[name];
    const duration = handlerMs?.[name];
    return [
      name,
      { ...type, ...(limit !== undefined && { limit }), ...(duration !== undefined && { handlerMs: duration }) },
    ];
  });
  const kept = (group: Arrivals) =>
    Object.fromEntries(Object.entries(group).filter(([option]) => !without?.includes(option as ArrivalOption)));
  return {
    types: Object.fromEntries(types) as QueueWorkload['types'],
    arrivals: without === undefined ? workload.arrivals : workload.arrivals.map((group) => kept(group) as never),
  };
}

/** What may crash in it: the processes, and the dispatcher where the design has one. */
export function hostsOf(scenario: QueueScenario, spec: RunSpec): readonly string[] {
  const count = spec.processes ?? scenario.environment?.processes ?? 1;
  const processes = Array.from({ length: count }, (_, index) => `app-${index + 1}`);
  const { claims } = designNamed(scenario, spec.design);
  return claimStrategy(claims).needsDispatcher === true ? [...processes, 'dispatcher'] : processes;
}

/**
 * Runs it in the simulation.
 * @param options.profile whether to count what faults and holds may name
 * @param options.answers whether to keep Redis's answers that came late or never
 * @param options.until ends the run once it says so
 */
export function playSpec(
  scenario: QueueScenario,
  spec: RunSpec,
  options: Pick<Variation, 'profile' | 'answers' | 'until'> = {},
): Promise<Play> {
  const { scenario: changed, design } = varied(scenario, spec);
  const { seed, tasks, holds, eventsMax = RUN_EVENTS_MAX } = spec;
  return play(changed, design, seed, SIM_BACKEND, tasks, { holds, eventsMax, ...options });
}

/** How much a spec has of each: what shrinking makes smaller. */
export interface SpecSize {
  readonly tasks: number;
  /** Undefined where the pool sizes itself. */
  readonly workers: number | undefined;
  readonly faults: number;
  readonly holds: number;
  /** How often another host goes on than the one before, in a run of which every step was picked. */
  readonly switches?: number;
}

export function sizeOf(scenario: QueueScenario, spec: RunSpec): SpecSize {
  return {
    tasks: taskIds(scenario, spec).length,
    workers: spec.workers ?? designNamed(scenario, spec.design).workers,
    faults: spec.faults.length,
    holds: spec.holds.length,
    ...(spec.choices !== undefined && { switches: switchesOf(spec.choices.steps) }),
  };
}

export function taskIds(scenario: QueueScenario, { seed, tasks }: RunSpec): readonly string[] {
  return planTasks(scenario.workload, seed, tasks).map(({ id }) => id);
}
