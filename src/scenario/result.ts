import type { History } from '../history/history.ts';
import type { Violation } from '../history/invariant.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Verdict } from './scenario.ts';

/** An invariant, judged on one run. */
export interface Judgement {
  readonly id: string;
  readonly verdict: 'holds' | 'violated';
  readonly violations: readonly Violation[];
}

/** One scenario × design × seed. */
export interface RunResult {
  readonly design: string;
  readonly metrics: Metrics;
  readonly invariants: readonly Judgement[];
  /** Sixteen hexadecimal digits; null in real time, where no run is like another. */
  readonly historyHash: string | null;
  /** Not part of any report by itself. */
  readonly history: History;
}

/** A design that the backend cannot run, and why, in one line. */
export interface SkippedRun {
  readonly design: string;
  readonly reason: string;
}

export interface JudgedExpectation {
  readonly id: string;
  readonly source: string;
  readonly documented: string;
  readonly measured: string;
  readonly verdict: Verdict | 'not judged';
  /** The verdict that the scenario stands by. */
  readonly expected: Verdict;
  /** Why it came out so; empty where a confirmed figure needs no reason. */
  readonly why: string;
  /** The documented figure that it judges; undefined: none of the catalogue. */
  readonly figure: string | undefined;
  /** Designs it was judged on. */
  readonly designs: readonly string[];
}

/** A scenario on one seed. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly title: string;
  readonly source: string;
  readonly story: string;
  /** Of a defect found by simulation: how it comes about. */
  readonly mechanism?: string | undefined;
  readonly seed: number;
  readonly backend: 'sim' | 'mock' | 'redis';
  readonly timeScale: number;
  readonly runs: readonly RunResult[];
  readonly skipped: readonly SkippedRun[];
  readonly expectations: readonly JudgedExpectation[];
}

/** Whether every expectation came out as the scenario says. What was not judged does not count against it. */
export function asExpected(result: ScenarioResult): boolean {
  return result.expectations.every(({ verdict, expected }) => verdict === expected || verdict === 'not judged');
}
