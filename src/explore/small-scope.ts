import type { FaultClass } from '../engine/claim.ts';
import { judgedUnder, promised } from '../history/promises.ts';
import { claimStrategy, workerPool } from '../scenario/design.ts';
import { type Fault, isInContract } from '../scenario/fault.ts';
import type { QueueScenario } from '../scenario/scenario.ts';
import { UsageError } from '../scenario/usage-error.ts';
import type { Snapshot } from '../simredis/keyspace.ts';
import { type Breach, breachesOf, brokenRun } from './breach.ts';
import type { Pick, Step } from './choice-run.ts';
import { type Choices, type ChosenFaults, switchesOf } from './choices.ts';
import { type ChosenFault, type ConductedRun, FREE_OF_ORDER } from './conducted-run.ts';
import { EndlessRun, endlessSteps } from './endless.ts';
import { finalState } from './final-state.ts';
import { type RunSpec, taskIds, varied } from './run-spec.ts';
import { KnownOrder, UnrepeatableRun } from './schedule-search.ts';
import { SmallRun } from './small-run.ts';

/** How large a run is of which all schedules are visited. */
export interface ScopeSize {
  /** 0 where the pool sizes itself. */
  readonly workers: number;
  readonly processes: number;
  readonly tasks: number;
  readonly maxFaults: number;
  readonly faults: readonly ChosenFault[];
}

/** An invariant broken under some schedules; of those that were visited, the one in which hosts take turns least often. */
export interface ExhaustiveViolation extends Breach {
  readonly message: string;
  readonly isPromised: boolean;
  /** False: it takes a fault that the design does not claim to survive. */
  readonly isInContract: boolean;
  readonly faults: readonly Fault[];
  /** Every step by its name: for `replayChoices`. */
  readonly choices: readonly string[];
  /** How often another host went on than the one before. */
  readonly switches: number;
  /** What reached Redis and what went wrong, in words and in order. */
  readonly story: readonly { readonly timeUs: number; readonly text: string }[];
}

export interface EndedRun {
  readonly steps: readonly Step[];
  /** `known`: given up, as it was the same as one that was visited. `endless`: given up, as time did not go on any more. */
  readonly end: 'over' | 'known' | 'endless';
  readonly violations: readonly ExhaustiveViolation[];
}

/** The run of which all schedules are visited, and what its design promises. */
export class SmallScope {
  readonly invariants: readonly string[];
  readonly notJudged: readonly string[];
  readonly promised: readonly string[];
  readonly survives: readonly FaultClass[];
  readonly size: ScopeSize;
  /** With its number of processes. */
  readonly spec: RunSpec;
  readonly #run: SmallRun;
  readonly #chosen: ChosenFaults;
  readonly #onSchedule: ((finalState: string) => void) | undefined;

  /**
   * @param options.invariants judged instead of those that the scenario names and the design promises
   * @param options.onSchedule told of the end of each run that came to it
   * @throws UsageError
   */
  constructor(
    given: QueueScenario,
    spec: RunSpec,
    options: ChosenFaults & {
      readonly invariants?: readonly string[];
      readonly onSchedule?: (finalState: string) => void;
    },
  ) {
    if (spec.faults.length > 0 || spec.holds.length > 0 || spec.choices !== undefined) {
      throw new UsageError('an exhaustive search picks faults and schedules itself: its spec must name none');
    }
    const { scenario, design } = varied(given, spec);
    const workers = design.workers ?? 0;
    this.spec = { ...spec, processes: spec.processes ?? Math.max(1, workers) };
    const { guarantees, needs } = claimStrategy(design.claims);
    if (needs === 'log') {
      throw new UsageError(
        `${design.claims} lives on a log, of which nobody knows what commutes: try --schedule random`,
      );
    }
    this.survives = guarantees.survives ?? [];
    this.promised = promised(guarantees, workerPool(design.pool).guarantees);
    const asked = [...new Set([...scenario.invariants, ...this.promised])];
    this.invariants = options.invariants ?? asked.filter((id) => FREE_OF_ORDER.includes(id));
    this.notJudged = asked.filter((id) => !this.invariants.includes(id));
    this.#onSchedule = options.onSchedule;
    this.#run = new SmallRun(given, this.spec, options);
    const { downMs } = options;
    const { most, kinds } = this.#run.faults;
    this.#chosen = { maxFaults: most, faults: kinds, ...(downMs !== undefined && { downMs }) };
    this.size = {
      workers,
      processes: this.spec.processes ?? 1,
      tasks: taskIds(given, spec).length,
      maxFaults: most,
      faults: kinds,
    };
  }

  /** Before the first run. */
  warmUp(): Promise<void> {
    return this.#run.warmUp();
  }

  async run(pick: Pick): Promise<EndedRun> {
    let data: Snapshot = [];
    const run = this.#run.conducted(pick, this.invariants, ({ redis }) => {
      if (this.#onSchedule !== undefined) data = redis.server.db.snapshot();
    });
    const { steps } = run.chooser;
    try {
      const { history } = await this.#run.play(run);
      this.#onSchedule?.(finalState(data, history));
      const struck = run.struck.map(({ kind }) => kind);
      const terms = {
        promises: this.promised,
        asked: this.invariants,
        isInContract: isInContract(run.struck, this.survives),
      };
      const judged = judgedUnder(struck, terms).filter((id) => this.invariants.includes(id));
      const violations = breachesOf(history, judged).map((breach) => this.#violationOf(breach, run));
      return { steps, end: 'over', violations };
    } catch (error) {
      if (error instanceof KnownOrder) return { steps, end: 'known', violations: [] };
      if (error instanceof UsageError || error instanceof UnrepeatableRun) throw error;
      if (!(error instanceof EndlessRun)) {
        return { steps, end: 'over', violations: [this.#violationOf(brokenRun(error), run)] };
      }
      const breach = endlessSteps(steps);
      if (breach === undefined) return { steps, end: 'endless', violations: [] };
      return { steps, end: 'over', violations: [this.#violationOf(breach, run)] };
    }
  }

  /** The run of a violation. */
  specOf({ faults, choices }: ExhaustiveViolation): RunSpec & { readonly choices: Choices } {
    return { ...this.spec, faults, choices: { steps: choices, ...this.#chosen } };
  }

  #violationOf(breach: Breach, { chooser, struck }: ConductedRun): ExhaustiveViolation {
    const { steps } = chooser;
    const choices = steps.map(({ name }) => name);
    return {
      ...breach,
      message: breach.violation.message,
      isPromised: this.promised.includes(breach.invariant),
      isInContract: isInContract(struck, this.survives),
      faults: [...struck],
      choices,
      switches: switchesOf(choices),
      story: steps
        .filter(({ isFault, isRequest }) => isFault || isRequest)
        .map(({ timeUs, text }) => ({ timeUs, text: text() })),
    };
  }
}
