import type { DesignGrid } from '../explore/design-grid.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { figure } from './figure.ts';
import { type Cell, fitColumns, type Row, renderGrid, wordsFit } from './grid.ts';
import { toJson } from './json.ts';
import { code, escaped, markdownTable } from './markdown-text.ts';
import { type Canvas, type Palette, palette } from './palette.ts';
import { wrap } from './wrap.ts';

const HEAD = [
  'claim strategy',
  'pool',
  'done',
  'lost',
  'twice',
  'tasks/s',
  'pick-up p50, ms',
  'p99, ms',
  'at once / limit',
  'commands',
  'conflicts',
];

/** One line of figures for a run, in the order of the heads behind `pool`. */
function figures(metrics: Metrics): string[] {
  const { submitted, completed, lost, duplicated, throughputPerSecond, queueWaitMs, commandsPerTask } = metrics;
  return [
    `${completed}/${submitted}`,
    String(lost),
    String(duplicated),
    throughputPerSecond.toFixed(2),
    figure(Math.round(queueWaitMs.p50)),
    figure(Math.round(queueWaitMs.p99)),
    atOnce(metrics),
    commandsPerTask === null ? '–' : commandsPerTask.toFixed(1),
    metrics.conflictsPerTask.toFixed(1),
  ];
}

/** `2.85 of 3, 4.1 of 5`: the mean, and the limit, of each type; `!` where more ran at once than the limit allows. */
function atOnce({ concurrency }: Metrics): string {
  return Object.entries(concurrency)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { mean, max, limit }]) =>
      limit === null ? mean.toFixed(1) : `${mean.toFixed(1)}/${limit}${max > limit ? ` (${max}!)` : ''}`,
    )
    .join(', ');
}

function isBad({ lost, duplicated, concurrency }: Metrics): boolean {
  return (
    lost > 0 || duplicated > 0 || Object.values(concurrency).some(({ max, limit }) => limit !== null && max > limit)
  );
}

/** Below this width a pair's figures stand under its name. */
const COLUMNS_FROM = 100;

/** Each pair of a claim strategy and a pool with its figures, then the pairs that make no sense. No final line break. */
export function gridTable(grid: DesignGrid, canvas: Canvas): string {
  const colours = palette(canvas.colour);
  const { strong, faint } = colours;
  const body = grid.rows.flatMap(({ claims, cells }) =>
    cells.flatMap(({ pool, cell }, index) =>
      'run' in cell ? [line(claims, pool, cell.run.metrics, index, colours)] : [],
    ),
  );
  const head: Row = HEAD.map((text) => ({ text, paint: faint }));
  const isWide = canvas.width >= COLUMNS_FROM && wordsFit([head, ...body], canvas.width);
  return [
    ...wrap(`${grid.workload.id} · ${grid.workload.summary}`, canvas.width).map(strong),
    ...wrap(circumstances(grid), canvas.width).map(faint),
    '',
    isWide ? columns([head, ...body], canvas) : stacked(grid, canvas, colours),
    '',
    ...misfits(grid).flatMap(({ pool, reason, claims }) =>
      wrap(`${pool} does not fit ${claims.join(', ')}: ${reason}`, canvas.width).map(faint),
    ),
  ].join('\n');
}

function columns(rows: readonly Row[], { width }: Canvas): string {
  const alignments = HEAD.map((_, index) => (index < 2 ? ('left' as const) : ('right' as const)));
  return renderGrid(rows, fitColumns(rows, width), { alignments });
}

function stacked(grid: DesignGrid, { width }: Canvas, { bad, strong }: Palette): string {
  const lines = grid.rows.flatMap(({ claims, cells }) =>
    cells.flatMap(({ pool, cell }) => {
      if (!('run' in cell)) return [];
      const { metrics } = cell.run;
      const paint = isBad(metrics) ? bad : strong;
      const told = figures(metrics).map((text, index) => `${HEAD[index + 2]} ${text}`);
      return [
        ...wrap(`${claims} × ${pool}`, width).map(paint),
        ...wrap(told.join('; '), width - 2).map((text) => `  ${text}`),
      ];
    }),
  );
  return lines.join('\n');
}

function line(claims: string, pool: string, metrics: Metrics, index: number, { bad, strong }: Palette): Row {
  const cells: Cell[] = figures(metrics);
  const paint = isBad(metrics) ? { paint: bad } : {};
  return [{ text: claims, ...(index === 0 ? { paint: strong } : {}) }, { text: pool, ...paint }, ...cells];
}

/** The same as a Markdown page. Ends with a line break. */
export function gridPage(grid: DesignGrid): string {
  const rows = grid.rows.flatMap(({ claims, cells }) =>
    cells.flatMap(({ pool, cell }) => {
      if (!('run' in cell)) return [];
      const mark = isBad(cell.run.metrics) ? ' ✗' : '';
      return [[code(claims), `${code(pool)}${mark}`, ...figures(cell.run.metrics).map(escaped)]];
    }),
  );
  const blocks = [
    '# The grid: claim strategies × worker pools',
    `${escaped(grid.workload.summary)} (${escaped(grid.workload.source)}). ${escaped(circumstances(grid))}. Every pair has the same ` +
      'arrivals and the same handler durations (common random numbers), so that pairs differ by design alone. ✗ marks a pair that ' +
      'lost a task, ran one twice, or ran more at once than a limit allows. Written by `npm run report`; do not edit.',
    `\`\`\`\nnpx windtunnel grid --workload ${grid.workload.id}\n\`\`\``,
    markdownTable(HEAD, rows, (column) => column > 1),
    '*done*: completed of submitted; *twice*: tasks that were started more than once; *pick-up*: from submission to the start of the ' +
      'handler; *at once / limit*: time-weighted mean against the limit, by type in alphabetical order; *commands*, *conflicts* ' +
      '(lost races): for each submitted task.',
    '## Pairs that make no sense',
    misfits(grid)
      .map(({ pool, reason, claims }) => `- ${code(pool)} with ${claims.map(code).join(', ')}: ${escaped(reason)}`)
      .join('\n'),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** The same as JSON: `{ workload, seed, …, cells }`. Ends with a line break. */
export function gridJson({ workload, rows, ...circumstances }: DesignGrid): string {
  return toJson({
    workload: workload.id,
    ...circumstances,
    cells: rows.flatMap(({ claims, cells }) =>
      cells.map(({ pool, cell }) =>
        'run' in cell
          ? {
              claims,
              pool,
              metrics: cell.run.metrics,
              invariants: cell.run.invariants,
              historyHash: cell.run.historyHash,
            }
          : { claims, pool, misfit: cell.misfit },
      ),
    ),
  });
}

function circumstances({ seed, workers, processes }: DesignGrid): string {
  const hosts = processes === 1 ? 'one process' : `${processes} processes`;
  return `seed ${seed}, ${workers} workers (where a pool does not size itself) on ${hosts}, simulated Redis`;
}

/** Pools with the strategies that they do not fit, one entry a reason. */
function misfits(grid: DesignGrid): { readonly pool: string; readonly reason: string; readonly claims: string[] }[] {
  const groups = new Map<string, { readonly pool: string; readonly reason: string; readonly claims: string[] }>();
  for (const { claims, cells } of grid.rows) {
    for (const { pool, cell } of cells) {
      if (!('misfit' in cell)) continue;
      const group = groups.get(`${pool} ${cell.misfit}`) ?? { pool, reason: cell.misfit, claims: [] };
      groups.set(`${pool} ${cell.misfit}`, group);
      group.claims.push(claims);
    }
  }
  return [...groups.values()];
}
