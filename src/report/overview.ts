import { FIGURES } from '../scenario/figures.ts';
import { fitColumns, type Row, renderGrid } from './grid.ts';
import type { ReportPage } from './markdown.ts';
import { type Canvas, type Palette, palette } from './palette.ts';
import { isAsExpected, markOf, type ReportedExpectation } from './verdict.ts';
import { columnsOf, wrap } from './wrap.ts';

/** A judged expectation, and the scenario that it belongs to. */
interface Judged {
  readonly scenario: string;
  readonly expectation: ReportedExpectation;
}

/**
 * All scenarios at a glance: each documented figure with what did not simply come out as it says, then what the simulation found
 * beyond the documents. Fits any width from 40 columns up. No final line break.
 */
export function overview(pages: readonly ReportPage[], canvas: Canvas): string {
  const colours = palette(canvas.colour);
  const isFound = ({ scenario }: ReportPage): boolean => scenario.mechanism !== undefined;
  const judged = pages.flatMap(({ result }) =>
    result.expectations.map((expectation) => ({ scenario: result.scenario, expectation })),
  );
  const figures = FIGURES.flatMap(({ id, source, says }) => {
    const own = judged.filter(({ expectation }) => expectation.figure === id);
    return own.length === 0 ? [] : [section(says, source, own, canvas, colours)];
  });
  const others = pages
    .filter((page) => !isFound(page))
    .flatMap(({ result }) => {
      const own = judged.filter(
        ({ scenario, expectation }) => scenario === result.scenario && expectation.figure === undefined,
      );
      return own.length === 0 ? [] : [section(result.title, result.source, own, canvas, colours)];
    });
  const found = pages.filter(isFound);
  return [
    heading('Documented figures', canvas, colours),
    ...figures,
    ...(others.length === 0 ? [] : [heading('Beside the documented figures', canvas, colours), ...others]),
    ...(found.length === 0 ? [] : [heading('Found by simulation', canvas, colours), foundOnes(found, canvas, colours)]),
  ].join('\n\n');
}

function heading(text: string, { width }: Canvas, { strong, faint }: Palette): string {
  return `${strong(text)} ${faint('─'.repeat(Math.max(0, width - columnsOf(text) - 1)))}`;
}

/** What the document says, how often it was confirmed, and each claim that was not, with what was measured instead. */
function section(says: string, source: string, judged: readonly Judged[], canvas: Canvas, colours: Palette): string {
  const { good, faint } = colours;
  const confirmed = judged.filter(({ expectation }) => isPlain(expectation));
  const rest = judged.filter(({ expectation }) => !isPlain(expectation));
  const count = `${confirmed.length} of ${judged.length} confirmed`;
  const rows: Row[] = rest.map(({ scenario, expectation }) => {
    const { mark, paint } = markOf(expectation, colours);
    return [
      { text: `${mark} ${expectation.documented}`, paint },
      expectation.measured.split('; ').map((text) => ({ text })),
      { text: scenario, paint: faint },
    ];
  });
  return [
    ...wrap(says, canvas.width),
    ...wrap(source, canvas.width).map(faint),
    (rest.length === 0 ? good : faint)(` ${rest.length === 0 ? '✓' : '·'} ${count}`),
    ...(rows.length === 0 ? [] : [renderGrid(rows, fitColumns(rows, canvas.width))]),
  ].join('\n');
}

function isPlain(expectation: ReportedExpectation): boolean {
  return expectation.verdict === 'confirmed' && isAsExpected(expectation);
}

function foundOnes(pages: readonly ReportPage[], canvas: Canvas, colours: Palette): string {
  const rows: Row[] = pages.map(({ scenario, result }) => {
    const odd = result.expectations.find((expectation) => !isAsExpected(expectation));
    const paint = odd === undefined ? colours.mixed : colours.bad;
    return [
      { text: odd === undefined ? ' ✗' : ' !', paint },
      [{ text: scenario.title }, { text: scenario.mechanism ?? '', paint: colours.faint }],
      { text: scenario.id, paint: colours.strong },
    ];
  });
  return renderGrid(rows, fitColumns(rows, canvas.width));
}
