import type { Parameters } from '../engine/claim.ts';
import type { TaskPriority } from '../engine/runners/runner.ts';
import type { Fetch } from '../engine/wakeups/delayed-task-store.ts';
import type { ServiceTimes } from '../simredis/node.ts';
import type { Latency } from '../simulation/network.ts';
import type { Fault } from './fault.ts';
import type { RunResult } from './result.ts';

export type { Fault } from './fault.ts';

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

/** A call of the business code: in one transaction it adds a delayed task, and then it wakes the task's type. */
export interface DelayedArrival {
  /** Default: the workload's. */
  readonly type?: string;
  /** The task is due so long after it was added, in ms. */
  readonly afterMs: number;
  /** How often the call wakes the type. Default 1. */
  readonly signals?: number;
  /** The task's handler is such a call too. */
  readonly followedBy?: DelayedArrival;
}

/** Such calls: one after the other, which makes them a batch, or one every so often. */
export interface DelayedArrivals extends DelayedArrival {
  /** When the first comes, in ms from the start. */
  readonly atMs: number;
  /** Default 1. */
  readonly count?: number;
  /** Between two calls, in ms. Default 0. */
  readonly everyMs?: number;
}

/** Delayed tasks of one type, or a few, and signals for their workers. */
export interface WakeupWorkload {
  readonly type: string;
  /** Delayed tasks, by when they are due, in ms from the start. */
  readonly dueAtMs: readonly number[];
  readonly handlerMs: number;
  /**
   * Bursts of signals: how many at once, and when, in ms from the start. Those at 0 wait before the worker first looks. Each is a
   * call of the business code by itself, a burst a batch.
   */
  readonly signals: readonly { readonly atMs: number; readonly count: number }[];
  /** Tasks that come while the run lasts. */
  readonly arrivals?: readonly DelayedArrivals[];
  /** How long the run is watched, in ms. */
  readonly durationMs: number;
}

/** Tasks for an in-process runner. */
export interface RunnerPosts {
  readonly type: string;
  readonly count: number;
  readonly handlerMs: number;
  /** When the first is posted, in ms from the start. Default 0. */
  readonly atMs?: number;
  /** Between two posts, in ms. Default 0. */
  readonly everyMs?: number;
  /** Goroutines that post them, each in turn its share. Default 1. */
  readonly callers?: number;
  /** Default user-visible. */
  readonly priority?: TaskPriority;
  readonly mayBlock?: boolean;
  readonly category?: string;
  /** How long after its post a task is to start, in ms: always that long, or evenly from the first task's to the last one's. */
  readonly delayMs?: number | readonly [first: number, last: number];
  readonly fails?: boolean;
  /** Posts that each task makes to its own runner when it has run. */
  readonly followUps?: number;
  /** The callers want their tasks stopped so long after the post, in ms. */
  readonly cancelAfterMs?: number;
  /** The request that a task was posted from has been answered so long after the post, in ms: its context ends. */
  readonly requestEndsAfterMs?: number;
  /** The same tasks are posted again at these times, in ms from the start. */
  readonly againAtMs?: readonly number[];
}

export interface RunnerWorkload {
  readonly posts: readonly RunnerPosts[];
  /** When the runner is shut down, in ms from the start. */
  readonly shutdownAtMs?: number;
  /**
   * The job store: where jobs are kept (default: in a memory that outlives the process), how long a call takes beyond what the store
   * takes itself, and when status updates fail, of all jobs or of one.
   */
  readonly store?: {
    readonly in?: 'memory' | 'redis';
    readonly callMs?: number;
    readonly failing?: readonly { readonly fromMs: number; readonly toMs: number; readonly job?: string }[];
  };
  /**
   * The workload is run over and over, each time with a new runner and another schedule of its goroutines: so many times by chance from
   * the seed, or once for each schedule of up to so many delays. Tasks are then called `s1.t1`, … Simulation only.
   */
  readonly schedules?: { readonly random: number } | { readonly delays: number };
  /** How long a run is watched, in ms. */
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
  /** A scenario with faults runs in the simulation only. */
  readonly faults?: readonly Fault[];
}

/** A claim strategy with a pool. Parameters not given are as documented. */
export interface QueueDesign {
  /** How the scenario's table and expectations name it. Default: the claim strategy. */
  readonly id?: string;
  readonly claims: string;
  readonly pool: string;
  /** Over all processes. To be left out where the pool sizes itself, and only there. */
  readonly workers?: number;
  readonly claimParameters?: Parameters;
  readonly poolParameters?: Parameters;
  /** How long a token lives, in ms. */
  readonly tokenTtlMs?: number;
}

/** A delayed-task store: in the memory of the process, in Redis, in PostgreSQL. */
export type StoreName = (typeof STORE_NAMES)[number];
export const STORE_NAMES = ['memory', 'redis', 'sql'] as const;

/** A wake-up policy with its workers. Parameters not given are as documented. */
export interface WakeupDesign {
  readonly id?: string;
  readonly wakeup: string;
  readonly wakeupParameters?: Parameters;
  /** Default 1, as documented. */
  readonly workersPerType?: number;
  /** Whether a fetched task is its worker's alone. Default `reads`: it is not. */
  readonly fetch?: Fetch;
  /** Where the delayed tasks wait. Default `redis`; the document's own is a relational database. */
  readonly store?: StoreName;
}

/** An in-process runner. */
export interface RunnerDesign {
  /** Default: the runner. */
  readonly id?: string;
  readonly runner: string;
  /** Those not given are as documented. */
  readonly parameters?: Parameters;
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
  /** Why it came out so: the mechanism, in a sentence or two. Wherever the verdict is not `confirmed`. */
  readonly why?: string;
  /** The documented figure that it judges, by its id in FIGURES. */
  readonly figure?: string;
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
  /** A defect that no document names, found by simulation: how it comes about, in two lines. */
  readonly mechanism?: string;
  /** Of the ten weaknesses of the task runner, the one that it shows, by the document's number. */
  readonly weakness?: number;
  /** How many seeds, from 1 on, its expectations are judged over where no number is asked for. Default 5. */
  readonly seeds?: number;
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

export interface RunnerScenario extends ScenarioBase {
  readonly workload: RunnerWorkload;
  readonly designs: readonly RunnerDesign[];
}

export type Scenario = QueueScenario | WakeupScenario | RunnerScenario;
export type Design = QueueDesign | WakeupDesign | RunnerDesign;
