import { FIGURES } from '../scenario/figures.ts';
import { fitColumns, type Row, renderGrid } from './grid.ts';
import type { ReportPage } from './markdown.ts';
import { type Canvas, type Palette, palette } from './palette.ts';
import { isAsExpected, markOf, type ReportedExpectation, summary } from './verdict.ts';
import { columnsOf, wrap } from './wrap.ts';

/** A judged expectation, and the scenario that it belongs to. */
interface Judged {
  readonly scenario: string;
  readonly expectation: ReportedExpectation;
}

/**
 * All scenarios at a glance: the summary, each documented figure with what did not simply come out as it says, then what the
 * simulation found beyond the documents. Fits any width from 40 columns up. No final line break.
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
    .map(({ result }) => ({
      result,
      own: judged.filter(
        ({ scenario, expectation }) => scenario === result.scenario && expectation.figure === undefined,
      ),
    }))
    .filter(({ own }) => own.length > 0);
  const isSmooth = ({ own }: { readonly own: readonly Judged[] }): boolean =>
    own.every(({ expectation }) => isPlain(expectation));
  const smooth = others
    .filter(isSmooth)
    .flatMap(({ result, own }) => wrap(`✓ ${result.title}: ${countOf(own)}`, canvas.width, 2).map(colours.good));
  const beside = [
    ...others
      .filter((other) => !isSmooth(other))
      .map(({ result, own }) => section(result.title, result.source, own, canvas, colours)),
    ...(smooth.length === 0 ? [] : [smooth.join('\n')]),
  ];
  const found = pages.filter(isFound);
  return [
    wrap(summary(pages.map(({ result }) => result)), canvas.width).join('\n'),
    heading('Documented figures', canvas, colours),
    ...figures,
    ...(beside.length === 0 ? [] : [heading('Beside the documented figures', canvas, colours), ...beside]),
    ...(found.length === 0 ? [] : [heading('Found by simulation', canvas, colours), foundOnes(found, canvas, colours)]),
  ].join('\n\n');
}

function heading(text: string, { width }: Canvas, { strong, faint }: Palette): string {
  return `${strong(text)} ${faint('─'.repeat(Math.max(0, width - columnsOf(text) - 1)))}`;
}

/** What the document says, how often it was confirmed, and each claim that was not, with what was measured instead. */
function section(says: string, source: string, judged: readonly Judged[], canvas: Canvas, colours: Palette): string {
  const { good, faint } = colours;
  const rest = judged.filter(({ expectation }) => !isPlain(expectation));
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
    (rest.length === 0 ? good : faint)(` ${rest.length === 0 ? '✓' : '·'} ${countOf(judged)}`),
    ...(rows.length === 0 ? [] : [renderGrid(rows, fitColumns(rows, canvas.width))]),
  ].join('\n');
}

function countOf(judged: readonly Judged[]): string {
  return `${judged.filter(({ expectation }) => isPlain(expectation)).length} of ${judged.length} confirmed`;
}

function isPlain(expectation: ReportedExpectation): boolean {
  return expectation.verdict === 'confirmed' && isAsExpected(expectation);
}

/** A line each; how it comes about stands on the scenario's own page. */
function foundOnes(pages: readonly ReportPage[], canvas: Canvas, colours: Palette): string {
  const rows: Row[] = pages.map(({ scenario, result }) => {
    const isOdd = !result.expectations.every(isAsExpected);
    return [
      isOdd ? { text: `! ${scenario.title}`, paint: colours.bad } : scenario.title,
      { text: scenario.id, paint: colours.faint },
    ];
  });
  return renderGrid(rows, fitColumns(rows, canvas.width));
}
