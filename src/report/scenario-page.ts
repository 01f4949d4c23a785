import type { ScenarioResult } from '../scenario/result.ts';
import { type Cell, fitColumns, type Row, renderGrid, type Span } from './grid.ts';
import { invariantRows, metricRows } from './metric-rows.ts';
import { type Canvas, type Palette, palette } from './palette.ts';
import type { SeedsResult } from './seeds.ts';
import { expectationRows } from './table.ts';
import { columnsOf, wrap } from './wrap.ts';

/** A label column and at least one design beside it; a design gets no less room than this. */
const DESIGN_WIDTH_MIN = 12;
const GAP = 2;

/**
 * One scenario in full: its story, the metrics of its designs side by side, its invariants and its expectations. Designs that do
 * not fit beside each other follow below. No final line break.
 */
export function scenarioPage(result: ScenarioResult | SeedsResult, canvas: Canvas): string {
  const colours = palette(canvas.colour);
  const { strong, faint } = colours;
  const blocks = [
    [
      ...wrap(`${result.scenario} · ${result.title}`, canvas.width).map(strong),
      ...wrap(`${result.source} · ${circumstances(result)}`, canvas.width).map(faint),
    ].join('\n'),
    wrap(result.story, canvas.width).join('\n'),
    ...(result.mechanism === undefined ? [] : [wrap(`Mechanism: ${result.mechanism}`, canvas.width).join('\n')]),
    ...measures(result, canvas, colours),
    expectationRows(result, canvas),
  ];
  return blocks.join('\n\n');
}

/** `seed 7, simulation`: all one needs to get the same again. */
export function circumstances(result: ScenarioResult | SeedsResult): string {
  const { seed, backend, timeScale } = result;
  const seeds = 'seeds' in result ? `seeds ${seed} to ${seed + result.seeds - 1}` : `seed ${seed}`;
  const world = { sim: 'simulated Redis', mock: 'ioredis-mock', redis: 'a real Redis' }[backend];
  return `${seeds}, ${world}${timeScale === 1 ? '' : `, 1 s lasts ${timeScale} s`}`;
}

function measures(result: ScenarioResult | SeedsResult, canvas: Canvas, colours: Palette): string[] {
  const { good, mixed, faint, strong } = colours;
  const names = result.runs.map(({ design }) => design);
  if (names.length === 0) return [];
  const rows: { readonly label: string | Span; readonly values: readonly Cell[] }[] = [
    ...metricRows(result.runs).map(({ label, values }) => ({ label: { text: label, paint: faint }, values })),
    { label: '', values: names.map(() => '') },
    ...invariantRows(result.runs).map(({ label, values }) => ({
      label: { text: label, paint: faint },
      values: values.map(({ text, violated }) => ({ text, paint: violated ? mixed : good })),
    })),
  ];
  const table = (from: number, to: number): { readonly rows: Row[]; readonly widths: number[] } => {
    const head: Row = ['', ...names.slice(from, to).map((text) => ({ text, paint: strong }))];
    const body = rows.map(({ label, values }) => [label, ...values.slice(from, to)]);
    return { rows: [head, ...body], widths: fitColumns([head, ...body], canvas.width) };
  };
  const labels = Math.max(...rows.map(({ label }) => columnsOf(typeof label === 'string' ? label : label.text)));
  const widest = Math.max(...names.map(columnsOf), DESIGN_WIDTH_MIN);
  const perTable = Math.max(1, Math.floor((canvas.width - labels) / (widest + GAP)));
  const tables: string[] = [];
  for (let from = 0; from < names.length; from += perTable) {
    const { rows: drawn, widths } = table(from, from + perTable);
    tables.push(renderGrid(drawn, widths, { alignments: ['left', ...widths.slice(1).map(() => 'right' as const)] }));
  }
  return tables;
}
