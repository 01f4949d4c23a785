import type { Metrics } from '../metrics/metrics.ts';
import type { JudgedExpectation, RunResult, ScenarioResult, SkippedRun } from '../scenario/result.ts';
import { spreadFigure } from './figure.ts';
import { isAsExpected, type ReportedExpectation } from './verdict.ts';

/** One number over several seeds. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Something measured, with a spread for every number in it. Limits are set, not measured: they stay numbers. */
export type SpreadOf<T> = T extends number
  ? Spread
  : T extends object
    ? { readonly [K in keyof T]: K extends 'limit' ? T[K] : SpreadOf<T[K]> }
    : T;

export interface SpreadJudgement {
  readonly id: string;
  readonly violatedIn: number;
  readonly ofSeeds: number;
  /** null: held on all. */
  readonly firstViolatedSeed: number | null;
  /** The first violation on that seed, in words. */
  readonly firstViolation: string | null;
}

export interface SpreadRun {
  readonly design: string;
  readonly metrics: SpreadOf<Metrics>;
  readonly invariants: readonly SpreadJudgement[];
}

export interface SpreadExpectation extends ReportedExpectation {
  readonly confirmedIn: number;
  readonly asExpectedIn: number;
  readonly ofSeeds: number;
}

/** A scenario on several seeds in a row. */
export interface SeedsResult extends Omit<ScenarioResult, 'runs' | 'expectations'> {
  /** How many, from `seed` on. */
  readonly seeds: number;
  readonly runs: readonly SpreadRun[];
  readonly expectations: readonly SpreadExpectation[];
}

/** @param results the same scenario on consecutive seeds, at least one */
export function overSeeds(results: readonly ScenarioResult[]): SeedsResult {
  const first = results[0] as ScenarioResult;
  return {
    ...first,
    seeds: results.length,
    skipped: distinctSkips(results),
    runs: first.runs.map(({ design }, index) => spreadRun(design, results, index)),
    expectations: first.expectations.map((_, index) =>
      spreadExpectation(results.map(({ expectations }) => expectations[index] as JudgedExpectation)),
    ),
  };
}

function spreadRun(design: string, results: readonly ScenarioResult[], index: number): SpreadRun {
  const runs = results.map((result) => result.runs[index] as RunResult);
  const first = runs[0] as RunResult;
  return {
    design,
    metrics: spread(runs.map(({ metrics }) => metrics)),
    invariants: first.invariants.map(({ id }, place) => {
      const violated = runs.flatMap(({ invariants }, nth) =>
        invariants[place]?.verdict === 'violated' ? [{ nth, first: invariants[place].violations[0] }] : [],
      );
      const earliest = violated[0];
      return {
        id,
        violatedIn: violated.length,
        ofSeeds: runs.length,
        firstViolatedSeed: earliest === undefined ? null : (results[earliest.nth] as ScenarioResult).seed,
        firstViolation: earliest?.first?.message ?? null,
      };
    }),
  };
}

function spread<T>(values: readonly T[], key?: string): SpreadOf<T> {
  const [first] = values;
  if (typeof first === 'number' && key !== 'limit') return spreadOfNumbers(values as readonly number[]) as SpreadOf<T>;
  if (typeof first !== 'object' || first === null) return first as SpreadOf<T>;
  const fields = Object.keys(first).map((field) => [
    field,
    spread(
      values.map((value) => (value as Record<string, unknown>)[field]),
      field,
    ),
  ]);
  return Object.fromEntries(fields) as SpreadOf<T>;
}

/** The median of an even number of values is the mean of the middle two. */
export function spreadOfNumbers(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] as number;
  return { min: sorted[0] as number, median: (lower + upper) / 2, max: sorted.at(-1) as number };
}

function spreadExpectation(judged: readonly JudgedExpectation[]): SpreadExpectation {
  const first = judged[0] as JudgedExpectation;
  return {
    ...first,
    measured: spreadOfTexts(judged.map(({ measured }) => measured)),
    verdict: verdictOverSeeds(judged.map(({ verdict }) => verdict)),
    confirmedIn: judged.filter(({ verdict }) => verdict === 'confirmed').length,
    asExpectedIn: judged.filter(isAsExpected).length,
    ofSeeds: judged.length,
  };
}

/** The verdict of all seeds; where they differ, `confirmed on 97, refuted on 3 of 100 seeds`. */
function verdictOverSeeds(verdicts: readonly string[]): string {
  const counts = tally(verdicts);
  if (counts.length === 1) return verdicts[0] as string;
  return `${counts.map(([verdict, count]) => `${verdict} on ${count}`).join(', ')} of ${verdicts.length} seeds`;
}

const NUMBER = /\d+(?:\.\d+)?/g;
/** Where the wording itself differs by seed, so many wordings are given. */
const WORDINGS_MAX = 3;

/**
 * What was measured, over seeds: where the texts differ only in their numbers, the text of one with each number that varies as
 * `median (min–max)`; otherwise the commonest wordings with how often they came.
 */
export function spreadOfTexts(texts: readonly string[]): string {
  const [first = ''] = texts;
  const wording = first.replace(NUMBER, '#');
  if (texts.some((text) => text.replace(NUMBER, '#') !== wording)) {
    const counts = tally(texts);
    const shown = counts.slice(0, WORDINGS_MAX).map(([text, count]) => `${text} (${count} of ${texts.length})`);
    return [...shown, ...(counts.length > WORDINGS_MAX ? [`${counts.length - WORDINGS_MAX} more`] : [])].join('; ');
  }
  const columns = texts.map((text) => (text.match(NUMBER) ?? []).map(Number));
  let place = 0;
  return first.replace(NUMBER, (number) => {
    const spread = spreadOfNumbers(columns.map((numbers) => numbers[place] as number));
    place++;
    return spread.min === spread.max ? number : spreadFigure(spread);
  });
}

/** Commonest first; what came equally often in the order in which it first came. */
function tally(texts: readonly string[]): [text: string, count: number][] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** A design that was skipped on one seed counts as skipped. */
function distinctSkips(results: readonly ScenarioResult[]): SkippedRun[] {
  const skips = new Map(results.flatMap(({ skipped }) => skipped).map((skip) => [skip.design, skip]));
  return [...skips.values()];
}
