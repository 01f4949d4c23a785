import type { Concurrency, Metrics, Quantiles } from '../metrics/metrics.ts';
import type { RunResult, ScenarioResult } from '../scenario/result.ts';
import { rounded } from './figure.ts';
import type { SeedsResult, SpreadOf } from './seeds.ts';
import { isAsExpected } from './verdict.ts';

/** Violations of one invariant that a report lists; of more, how many there are. */
const VIOLATIONS_MAX = 400;

/**
 * One scenario as one object, several as `{ scenarios: […] }`. Fields stand in a fixed order; numbers are rounded to three
 * decimals; histories are left out, and an event of a violation is its index in the history. Ends with a line break.
 */
export function jsonReport(results: readonly (ScenarioResult | SeedsResult)[]): string {
  const [first] = results;
  return toJson(results.length === 1 && first !== undefined ? scenario(first) : { scenarios: results.map(scenario) });
}

/** A value as two-space JSON with rounded numbers and a final line break. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, (_, field) => (typeof field === 'number' ? rounded(field) : field), 2)}\n`;
}

function scenario(result: ScenarioResult | SeedsResult): object {
  const { backend, timeScale, skipped } = result;
  const circumstances = { backend, timeScale, skipped, asExpected: result.expectations.every(isAsExpected) };
  if ('seeds' in result) {
    return {
      scenario: result.scenario,
      seed: result.seed,
      seeds: result.seeds,
      runs: result.runs.map(({ design, metrics, invariants }) => ({
        design,
        metrics: orderedMetrics(metrics),
        invariants: invariants.map(({ id, violatedIn, ofSeeds, firstViolatedSeed }) => ({
          id,
          violatedIn,
          ofSeeds,
          firstViolatedSeed,
        })),
      })),
      expectations: result.expectations.map((expectation) => ({
        ...ordered(expectation),
        confirmedIn: expectation.confirmedIn,
        asExpectedIn: expectation.asExpectedIn,
        ofSeeds: expectation.ofSeeds,
        ...stance(expectation),
      })),
      ...circumstances,
    };
  }
  return {
    scenario: result.scenario,
    seed: result.seed,
    runs: result.runs.map(run),
    expectations: result.expectations.map((expectation) => ({ ...ordered(expectation), ...stance(expectation) })),
    ...circumstances,
  };
}

function run({ design, metrics, invariants, historyHash }: RunResult): object {
  return {
    design,
    metrics: orderedMetrics(metrics),
    invariants: invariants.map(({ id, verdict, violations }) => ({
      id,
      verdict,
      violations: violations.slice(0, VIOLATIONS_MAX).map(({ message, events }) => ({ message, events })),
      ...(violations.length > VIOLATIONS_MAX && { violationsInAll: violations.length }),
    })),
    historyHash,
  };
}

function ordered({ id, source, documented, measured, verdict }: Reported): object {
  return { id, source, documented, measured, verdict };
}

type Reported = (ScenarioResult | SeedsResult)['expectations'][number];

function stance({ expected, designs, why, figure }: Reported): object {
  return { expected, designs, ...(why !== '' && { why }), ...(figure !== undefined && { figure }) };
}

function orderedMetrics(metrics: Metrics | SpreadOf<Metrics>): object {
  return {
    submitted: metrics.submitted,
    completed: metrics.completed,
    failed: metrics.failed,
    canceled: metrics.canceled,
    lost: metrics.lost,
    duplicated: metrics.duplicated,
    throughputPerSecond: metrics.throughputPerSecond,
    queueWaitMs: orderedQuantiles(metrics.queueWaitMs),
    endToEndMs: orderedQuantiles(metrics.endToEndMs),
    concurrency: Object.fromEntries(
      Object.entries<Concurrency | SpreadOf<Concurrency>>(metrics.concurrency)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([type, { mean, max, limit }]) => [type, { mean, max, limit }]),
    ),
    workers: { mean: metrics.workers.mean, max: metrics.workers.max },
    resizes: metrics.resizes,
    utilisation: metrics.utilisation,
    commandsPerTask: metrics.commandsPerTask,
    conflictsPerTask: metrics.conflictsPerTask,
    emptyPolls: metrics.emptyPolls,
    ...(metrics.pickUpMs !== undefined && { pickUpMs: orderedQuantiles(metrics.pickUpMs) }),
    ...(metrics.queries !== undefined && { queries: metrics.queries }),
    timedOut: metrics.timedOut,
    redisUtilisation: metrics.redisUtilisation,
  };
}

function orderedQuantiles({ p50, p90, p99, max, samples }: Quantiles | SpreadOf<Quantiles>): object {
  return { p50, p90, p99, max, samples };
}
