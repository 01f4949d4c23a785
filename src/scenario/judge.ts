import type { History } from '../history/history.ts';
import type { Invariant } from '../history/invariant.ts';
import { INVARIANTS } from '../history/invariants/index.ts';
import type { Backend } from './backend.ts';
import type { JudgedExpectation, Judgement, RunResult } from './result.ts';
import type { Expectation, FigureExpectation, InvariantExpectation, Scenario, Verdict } from './scenario.ts';
import { UsageError } from './usage-error.ts';

/** @throws UsageError */
export function invariant(id: string): Invariant {
  const found = INVARIANTS.find((entry) => entry.id === id);
  if (found) return found;
  throw new UsageError(`there is no invariant '${id}'; there are: ${INVARIANTS.map((entry) => entry.id).join(', ')}`);
}

export function judgeInvariants(ids: readonly string[], history: History): Judgement[] {
  return ids.map((id) => {
    const violations = invariant(id).check(history);
    return { id, verdict: violations.length === 0 ? 'holds' : 'violated', violations };
  });
}

/**
 * Judges a scenario's expectations on its runs. One whose runs are missing (skipped designs), or that the backend would blur, is
 * `not judged`: by a shortened clock; by ioredis-mock, where a script takes as long as a short lease. No figure counts there, and
 * an invariant only where it came out as the scenario stands by: a lock that ended during a script is no defect of its design.
 */
export function judgeExpectations(
  scenario: Scenario,
  runs: readonly RunResult[],
  { name, timeScale }: Pick<Backend, 'name' | 'timeScale'>,
): JudgedExpectation[] {
  const byDesign = new Map(runs.map((run) => [run.design, run]));
  return scenario.expectations.map((expectation) => {
    const readings = readingsOf(expectation);
    const common = {
      id: expectation.id,
      source: expectation.source ?? scenario.source,
      documented: expectation.documented,
      expected: expectation.verdict ?? 'confirmed',
      why: expectation.why ?? '',
      figure: expectation.figure,
      designs: readings.map(([, design]) => design),
    };
    if ('needsTrueTime' in expectation && expectation.needsTrueTime && timeScale !== 1) {
      return { ...common, measured: `needs --time-scale 1, this is ${timeScale}`, verdict: 'not judged' };
    }
    try {
      const outcomes = readings.map(([condition, design]) => ({
        condition,
        ...judgeOne(expectation, design, byDesign),
      }));
      const verdict = verdictOf(outcomes);
      const isBlurred = name === 'mock' && ('measure' in expectation || verdict !== common.expected);
      return { ...common, measured: describe(outcomes), verdict: isBlurred ? 'not judged' : verdict };
    } catch (error) {
      if (!(error instanceof MissingRun)) throw error;
      return { ...common, measured: `no run of ${error.message}`, verdict: 'not judged' };
    }
  });
}

interface Outcome {
  readonly condition: string;
  readonly measured: string;
  readonly confirmed: boolean;
}

/** A design that an expectation speaks of was not run. */
class MissingRun extends Error {}

function readingsOf(expectation: Expectation): [condition: string, design: string][] {
  return typeof expectation.on === 'string' ? [['', expectation.on]] : Object.entries(expectation.on);
}

function judgeOne(
  expectation: Expectation,
  design: string,
  runs: ReadonlyMap<string, RunResult>,
): { measured: string; confirmed: boolean } {
  const find = (id: string): RunResult => {
    const run = runs.get(id);
    if (run === undefined) throw new MissingRun(id);
    return run;
  };
  const run = find(design);
  return 'invariant' in expectation
    ? judgeInvariant(expectation, run)
    : measureFigure(expectation as FigureExpectation, run, find);
}

/** A scenario's own code: what it throws or answers wrongly is the scenario's mistake. */
function measureFigure(
  expectation: FigureExpectation,
  run: RunResult,
  find: (design: string) => RunResult,
): { measured: string; confirmed: boolean } {
  let answer: unknown;
  try {
    answer = expectation.measure(run, find);
  } catch (error) {
    if (error instanceof MissingRun) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`expectation '${expectation.id}': its measure() throws: ${why}`, { cause: error });
  }
  const { measured, confirmed } = (answer ?? {}) as { measured?: unknown; confirmed?: unknown };
  if (typeof measured === 'string' && typeof confirmed === 'boolean') return { measured, confirmed };
  throw new UsageError(
    `expectation '${expectation.id}': measure() must return { measured: string, confirmed: boolean }, not ${JSON.stringify(answer)}`,
  );
}

function judgeInvariant(expectation: InvariantExpectation, run: RunResult): { measured: string; confirmed: boolean } {
  const judgement = run.invariants.find(({ id }) => id === expectation.invariant) as Judgement;
  const count = judgement.violations.length;
  return {
    measured: judgement.verdict === 'holds' ? 'holds' : `violated ${count === 1 ? 'once' : `${count} times`}`,
    confirmed: judgement.verdict === expectation.expect,
  };
}

function describe(outcomes: readonly Outcome[]): string {
  return outcomes.map(({ condition, measured }) => (condition ? `${condition}: ${measured}` : measured)).join('; ');
}

function verdictOf(outcomes: readonly Outcome[]): Verdict {
  const confirming = outcomes.filter(({ confirmed }) => confirmed);
  if (confirming.length === outcomes.length) return 'confirmed';
  if (confirming.length === 0) return 'refuted';
  return `confirmed only if ${confirming.map(({ condition }) => condition).join(', or ')}`;
}
