import type { JudgedExpectation } from '../scenario/result.ts';
import type { Cell } from './grid.ts';
import type { Paint, Palette } from './palette.ts';

/** An expectation on one seed, or on several, where the verdict may be a mixture. */
export interface ReportedExpectation extends Omit<JudgedExpectation, 'verdict'> {
  readonly verdict: string;
}

/** What every report of a scenario needs, on one seed or several. */
export interface ReportedScenario {
  readonly scenario: string;
  readonly source: string;
  readonly expectations: readonly ReportedExpectation[];
}

const ONLY_IF = 'confirmed only if ';

/** Whether the verdict is the one that the scenario stands by. What was not judged does not count against it. */
export function isAsExpected({ verdict, expected }: ReportedExpectation): boolean {
  return verdict === expected || verdict === 'not judged';
}

/** `✓ confirmed`, `✗ refuted`, `◐ only if …`, and, where the scenario stands by another, which. */
export function verdictCell(expectation: ReportedExpectation, { good, mixed, bad, faint }: Palette): Cell {
  const { verdict, expected } = expectation;
  const text = markedVerdict(verdict);
  if (!isAsExpected(expectation))
    return [
      { text, paint: bad },
      { text: `expected: ${expected}`, paint: bad },
    ];
  if (verdict === 'not judged') return { text, paint: faint };
  return { text, paint: verdict === 'confirmed' ? good : mixed };
}

/** The mark alone: `!` where the scenario stands by another verdict. */
export function markOf(
  expectation: ReportedExpectation,
  { good, mixed, bad, faint }: Palette,
): { readonly mark: string; readonly paint: Paint } {
  const { verdict } = expectation;
  if (!isAsExpected(expectation)) return { mark: '!', paint: bad };
  if (verdict === 'not judged') return { mark: '–', paint: faint };
  return { mark: markedVerdict(verdict).charAt(0), paint: verdict === 'confirmed' ? good : mixed };
}

/** A verdict behind the mark that tells it from the others without colour. */
export function markedVerdict(verdict: string): string {
  if (verdict === 'confirmed') return '✓ confirmed';
  if (verdict === 'refuted') return '✗ refuted';
  if (verdict === 'not judged') return '– not judged';
  return `◐ ${verdict}`;
}

/** `9 expectations: 7 confirmed, 1 refuted, 1 confirmed only if …; all as expected` */
export function summary(scenarios: readonly ReportedScenario[]): string {
  const all = scenarios.flatMap(({ expectations }) => expectations);
  const counts = new Map<string, number>();
  for (const kind of ['confirmed', 'refuted', `${ONLY_IF}…`, 'differing by seed', 'not judged']) counts.set(kind, 0);
  for (const { verdict } of all) counts.set(kindOf(verdict), (counts.get(kindOf(verdict)) ?? 0) + 1);
  const parts = [...counts].filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
  const odd = scenarios.flatMap(({ scenario, expectations }) =>
    expectations.filter((expectation) => !isAsExpected(expectation)).map(({ id }) => `${scenario}/${id}`),
  );
  const end = odd.length === 0 ? 'all as expected' : `${odd.length} not as expected: ${odd.join(', ')}`;
  return `${all.length} ${all.length === 1 ? 'expectation' : 'expectations'}: ${[...parts, ''].join(', ').replace(/, $/, '')}; ${end}`;
}

function kindOf(verdict: string): string {
  if (verdict.startsWith(ONLY_IF)) return `${ONLY_IF}…`;
  return verdict === 'confirmed' || verdict === 'refuted' || verdict === 'not judged' ? verdict : 'differing by seed';
}
