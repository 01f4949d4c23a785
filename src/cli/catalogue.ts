import { CLAIMS } from '../engine/claims/index.ts';
import { POOLS } from '../engine/pools/index.ts';
import { RUNNERS } from '../engine/runners/index.ts';
import { WAKEUPS } from '../engine/wakeups/index.ts';
import { type Cell, fitColumns, renderGrid } from '../report/grid.ts';
import { toJson } from '../report/json.ts';
import { type Canvas, palette } from '../report/palette.ts';
import { columnsOf, wrap } from '../report/wrap.ts';
import { designId } from '../scenario/design.ts';
import type { Scenario } from '../scenario/scenario.ts';

interface Entry {
  readonly id: string;
  readonly source: string;
  readonly summary: string;
  readonly guarantees?: object;
  readonly defaults?: object;
}

function isSound({ source }: Entry): boolean {
  return source.startsWith('sound:');
}

const DESIGNS: readonly { readonly kind: string; readonly plural: string; readonly entries: readonly Entry[] }[] = [
  {
    kind: 'claim strategy',
    plural: 'claim strategies, as documented',
    entries: CLAIMS.filter((claims) => !isSound(claims)),
  },
  { kind: 'claim strategy', plural: 'claim strategies, sound', entries: CLAIMS.filter(isSound) },
  { kind: 'worker pool', plural: 'worker pools', entries: POOLS },
  { kind: 'runner', plural: 'in-process runners', entries: RUNNERS },
  { kind: 'wake-up policy', plural: 'wake-up policies', entries: WAKEUPS },
];

/** Below this width an entry's document and summary stand under its id. */
const COLUMNS_FROM = 100;

/** All scenarios and designs, each with the document it comes from. No final line break. */
export function catalogue(scenarios: readonly Scenario[], canvas: Canvas): string {
  const { faint, strong } = palette(canvas.colour);
  const groups = [
    { name: 'scenarios', entries: scenarios.filter(({ mechanism }) => mechanism === undefined).map(entryOf) },
    {
      name: 'scenarios found by simulation',
      entries: scenarios.filter(({ mechanism }) => mechanism !== undefined).map(entryOf),
    },
    ...DESIGNS.map(({ plural, entries }) => ({ name: plural, entries })),
  ];
  const all = groups.flatMap(({ entries }) => entries);
  const cells = ({ id, source, summary }: Entry): Cell[] => [
    { text: id, paint: strong },
    { text: source, paint: faint },
    summary,
  ];
  const widths = fitColumns(all.map(cells), canvas.width);
  const stacked = ({ id, source, summary }: Entry): string =>
    [
      strong(id),
      ...wrap(source, canvas.width - 2).map((line) => `  ${faint(line)}`),
      ...wrap(summary, canvas.width - 2).map((line) => `  ${line}`),
    ].join('\n');
  return groups
    .filter(({ entries }) => entries.length > 0)
    .map(({ name, entries }) => {
      const body =
        canvas.width < COLUMNS_FROM ? entries.map(stacked).join('\n') : renderGrid(entries.map(cells), widths);
      return [name, faint('─'.repeat(columnsOf(name))), body].join('\n');
    })
    .join('\n\n');
}

function entryOf({ id, source, title }: Scenario): Entry {
  return { id, source, summary: title };
}

/** The same as `{ scenarios, designs }`. Ends with a line break. */
export function catalogueJson(scenarios: readonly Scenario[]): string {
  return toJson({
    scenarios: scenarios.map(({ id, title, source, story, designs }) => ({
      id,
      title,
      source,
      story,
      designs: designs.map(designId),
    })),
    designs: DESIGNS.flatMap(({ kind, entries }) =>
      entries.map(({ id, source, summary, guarantees, defaults }) => ({
        id,
        kind,
        source,
        summary,
        ...(guarantees !== undefined && { guarantees }),
        ...(defaults !== undefined && { parameters: defaults }),
      })),
    ),
  });
}
