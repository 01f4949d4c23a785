import type { SkippedRun } from '../scenario/result.ts';
import { fitColumns, type Row, renderGrid, type Span } from './grid.ts';
import { type Canvas, type Palette, palette } from './palette.ts';
import { type ReportedExpectation, type ReportedScenario, verdictCell } from './verdict.ts';
import { columnsOf, wrap } from './wrap.ts';

/** A scenario as the table shows it. */
export interface TableScenario extends ReportedScenario {
  readonly skipped: readonly SkippedRun[];
}

/** From this width on the scenario has a column of its own; below it stands above its rows. */
const FIVE_COLUMNS_FROM = 100;
/** Below this width a row's cells stand under each other. */
const COLUMNS_FROM = 72;
const HEAD = ['design', 'the document says', 'measured', 'verdict'];

/**
 * Scenario, design, what the document says, what was measured, verdict: a row for each expectation, grouped by scenario. Fits any
 * width from 40 columns up. No final line break.
 */
export function expectationTable(scenarios: readonly TableScenario[], canvas: Canvas): string {
  const colours = palette(canvas.colour);
  if (canvas.width >= FIVE_COLUMNS_FROM) return fiveColumns(scenarios, canvas, colours);
  if (canvas.width >= COLUMNS_FROM) return fourColumns(scenarios, canvas, colours);
  return stacked(scenarios, canvas, colours);
}

/** The rows of one scenario, without its name. */
export function expectationRows(scenario: TableScenario, canvas: Canvas): string {
  const colours = palette(canvas.colour);
  if (canvas.width < COLUMNS_FROM) return stackedRows(scenario, canvas, colours);
  const rows = expectationsOf(scenario, colours);
  const widths = fitColumns([HEAD, ...rows], canvas.width);
  const head = HEAD.map((text) => ({ text, paint: colours.faint }));
  return [renderGrid([head], widths), rule(canvas, colours), renderGrid(rows, widths)].join('\n');
}

function fiveColumns(scenarios: readonly TableScenario[], canvas: Canvas, colours: Palette): string {
  const head = ['scenario', ...HEAD];
  const groups = scenarios.map((scenario) => ({ scenario, rows: expectationsOf(scenario, colours) }));
  const rows = groups.flatMap((group) => group.rows.map((row) => [widestWord(group.scenario), ...row]));
  const widths = fitColumns([head, ...rows], canvas.width);
  const heading = renderGrid([head.map((text) => ({ text, paint: colours.faint }))], widths);
  const drawn = groups.map((group) => {
    const beside = [
      { text: group.scenario.scenario, paint: colours.strong },
      { text: group.scenario.source, paint: colours.faint },
    ];
    return renderGrid(group.rows, widths, { beside });
  });
  return [heading, ...drawn].join(`\n${rule(canvas, colours)}\n`);
}

/** What decides how wide the column of scenarios is: the source wraps under the name, but no word of it breaks. */
function widestWord({ scenario, source }: TableScenario): string {
  const words = source.split(' ').map((word) => `  ${word}`);
  return words.reduce((widest, word) => (columnsOf(word) > columnsOf(widest) ? word : widest), scenario);
}

function fourColumns(scenarios: readonly TableScenario[], canvas: Canvas, colours: Palette): string {
  const groups = scenarios.map((scenario) => ({ scenario, rows: expectationsOf(scenario, colours) }));
  const widths = fitColumns([HEAD, ...groups.flatMap(({ rows }) => rows)], canvas.width);
  const heading = renderGrid([HEAD.map((text) => ({ text, paint: colours.faint }))], widths);
  const drawn = groups.map(({ scenario, rows }) =>
    [...title(scenario, canvas, colours), '', renderGrid(rows, widths)].join('\n'),
  );
  return [heading, ...drawn].join(`\n${rule(canvas, colours)}\n`);
}

function stacked(scenarios: readonly TableScenario[], canvas: Canvas, colours: Palette): string {
  return scenarios
    .map((scenario) => [...title(scenario, canvas, colours), '', stackedRows(scenario, canvas, colours)].join('\n'))
    .join(`\n${rule(canvas, colours)}\n`);
}

function stackedRows(scenario: TableScenario, canvas: Canvas, colours: Palette): string {
  const entries = scenario.expectations.map((expectation) => {
    const rows: Row[] = [
      [{ text: 'design', paint: colours.faint }, designs(expectation)],
      [{ text: 'document', paint: colours.faint }, expectation.documented],
      [{ text: 'measured', paint: colours.faint }, readings(expectation)],
      [{ text: 'verdict', paint: colours.faint }, verdictCell(expectation, colours)],
    ];
    return renderGrid(rows, fitColumns(rows, canvas.width));
  });
  return [
    ...entries,
    ...skippedRows(scenario).map(([design, , reason]) => wrap(`${design}: ${reason}`, canvas.width).join('\n')),
  ].join('\n\n');
}

function expectationsOf(scenario: TableScenario, colours: Palette): Row[] {
  return [
    ...scenario.expectations.map((expectation) => [
      designs(expectation),
      expectation.documented,
      readings(expectation),
      verdictCell(expectation, colours),
    ]),
    ...skippedRows(scenario),
  ];
}

/** A design that did not run says why where its figures would stand. */
function skippedRows({
  skipped,
}: TableScenario): [design: string, documented: string, reason: string, verdict: string][] {
  return skipped.map(({ design, reason }) => [design, '', `not run: ${reason}`, '']);
}

function designs(expectation: ReportedExpectation): Span[] {
  return expectation.designs.map((text) => ({ text }));
}

/** Each reading of an ambiguous document has its line. */
function readings({ measured }: ReportedExpectation): Span[] {
  return measured.split('; ').map((text) => ({ text }));
}

function title({ scenario, source }: TableScenario, { width }: Canvas, { strong, faint }: Palette): string[] {
  return [...wrap(scenario, width).map(strong), ...wrap(source, width).map(faint)];
}

function rule({ width }: Canvas, { faint }: Palette): string {
  return faint('─'.repeat(width));
}
