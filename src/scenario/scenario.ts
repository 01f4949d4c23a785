import type { Parameters } from '../engine/claim.ts';
import type { ServiceTimes } from '../simredis/node.ts';
import type { Latency } from '../simulation/network.ts';
import type { RunResult } from './result.ts';

/** A task type of a workload. */
export interface TaskType {
  /** How many may run at once; none where not given. */
  readonly limit?: number;
  /** How long its handler runs, in ms: always that long, or uniform between two bounds. */
  readonly handlerMs: number | readonly [least: number, most: number];
  /** The handler throws with this probability. */
  readonly failureRate?: number;
}

/** Tasks that arrive: all at once, or one every so often. */
export interface Arrivals {
  readonly type: string;
  readonly count: number;
  /** When the first is submitted, in ms from the start. Default 0. */
  readonly atMs?: number;
  /** Between two submissions, in ms. Default 0: each when the one before was accepted. */
  readonly everyMs?: number;
  readonly priority?: number;
  readonly queueTimeoutMs?: number;
  readonly processTimeoutMs?: number;
}

export interface QueueWorkload {
  readonly types: Readonly<Record<string, TaskType>>;
  readonly arrivals: readonly Arrivals[];
}

/** Signals for the worker of one type of delayed task. */
export interface WakeupWorkload {
  readonly type: string;
  /** Delayed tasks, by when they are due, in ms from the start. */
  readonly dueAtMs: readonly number[];
  readonly handlerMs: number;
  /** Bursts of signals: how many at once, and when, in ms from the start. Those at 0 wait before the worker first looks. */
  readonly signals: readonly { readonly atMs: number; readonly count: number }[];
  /** How long the run is watched, in ms. */
  readonly durationMs: number;
}

/** The world a scenario runs in. All of it is the simulation's; in real time the world is as it is. */
export interface Environment {
  /** Processes over which the workers are spread, each a host with a client of its own. Default 1. */
  readonly processes?: number;
  /** One-way latency between a process and Redis. Default: one data centre. */
  readonly network?: Latency;
  readonly redis?: ServiceTimes;
  /** Clock errors of the processes, in order. */
  readonly clocks?: readonly { readonly offsetMs?: number; readonly driftPpm?: number }[];
}

/** A claim strategy with a pool. Parameters not given are as documented. */
export interface QueueDesign {
  /** How the scenario's table and expectations name it. Default: the claim strategy. */
  readonly id?: string;
  readonly claims: string;
  readonly pool: string;
  readonly workers: number;
  readonly claimParameters?: Parameters;
  readonly poolParameters?: Parameters;
  /** How long a token lives, in ms. */
  readonly tokenTtlMs?: number;
}

export interface WakeupDesign {
  readonly id?: string;
  readonly wakeup: string;
}

/** The verdict on a documented figure. */
export type Verdict = 'confirmed' | 'refuted' | `confirmed only if ${string}`;

interface ExpectationBase {
  readonly id: string;
  /** The document. Default: the scenario's. */
  readonly source?: string;
  /** What it says, in its own terms. */
  readonly documented: string;
  /** The verdict that we stand by. Anything else fails the scenario. Default `confirmed`. */
  readonly verdict?: Verdict;
}

/** A documented figure: measured on one design, or on each reading of an ambiguous document. */
export interface FigureExpectation extends ExpectationBase {
  /** A design's id, or, per reading, the condition in words and the design's id. */
  readonly on: string | Readonly<Record<string, string>>;
  /**
   * It speaks of times so short, or differences so small, that a shortened clock would blur them: not judged where a
   * documented second is not a second.
   */
  readonly needsTrueTime?: boolean;
  /** Pure. `other` gives the run of another design of the same scenario and seed. */
  measure(
    run: RunResult,
    other: (design: string) => RunResult,
  ): { readonly measured: string; readonly confirmed: boolean };
}

/** An invariant that a design must be seen to hold, or to violate. */
export interface InvariantExpectation extends ExpectationBase {
  readonly on: string;
  readonly invariant: string;
  readonly expect: 'holds' | 'violated';
}

export type Expectation = FigureExpectation | InvariantExpectation;

interface ScenarioBase {
  /** The file's name. */
  readonly id: string;
  readonly title: string;
  /** The document it comes from. */
  readonly source: string;
  /** What happens, in a sentence or two, for someone who has not read the document. */
  readonly story: string;
  readonly environment?: Environment;
  /** Judged on every run. Those a design must hold or break are expectations. */
  readonly invariants: readonly string[];
  readonly expectations: readonly Expectation[];
}

export interface QueueScenario extends ScenarioBase {
  readonly workload: QueueWorkload;
  readonly designs: readonly QueueDesign[];
}

export interface WakeupScenario extends ScenarioBase {
  readonly workload: WakeupWorkload;
  readonly designs: readonly WakeupDesign[];
}

export type Scenario = QueueScenario | WakeupScenario;
