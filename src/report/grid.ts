import Table from 'cli-table3';
import type { Paint } from './palette.ts';
import { columnsOf, wrap } from './wrap.ts';

/** A piece of a cell, from a new line on. Where a cell has several, what does not fit on a line continues set in. */
export interface Span {
  readonly text: string;
  readonly paint?: Paint;
}

export type Cell = string | Span | readonly Span[];
export type Row = readonly Cell[];
type Alignment = 'left' | 'right';

const GAP = 2;
/** A column narrower than this is no column. */
const WIDTH_MIN = 4;

const BORDERS = ['top', 'bottom', 'mid', 'left', 'right'] as const;
const CORNERS = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'] as const;
const JOINTS = ['left-mid', 'mid-mid', 'right-mid'] as const;
const BORDERLESS = Object.fromEntries([...BORDERS, ...CORNERS, ...JOINTS].map((place) => [place, '']));

/**
 * Widths for columns that hold `rows` and together, with the gaps, take at most `total` columns. What fits is left as it is.
 * Otherwise the widest columns give way first, and then room moves from column to column as long as that saves lines; no word is
 * broken for it that would fit.
 */
export function fitColumns(rows: readonly Row[], total: number): number[] {
  const columns = (rows[0] ?? []).map((_, index) => rows.map((row) => spans(row[index] ?? '')));
  const natural = columns.map((cells) => widest(cells, ({ text }) => [text]));
  const words = columns.map((cells) => widest(cells, ({ text }) => text.split(' ')));
  const room = total - GAP * (columns.length - 1);
  // Where not even the words fit beside each other, they are broken.
  const least = sumOf(words) <= room ? words : words.map(() => WIDTH_MIN);
  const widths = levelled(natural, least, room);
  if (widths.every((width, index) => width === natural[index])) return widths;
  return settled(
    widths,
    widths.map((width, index) => Math.min(width, words[index] as number)),
    new Heights(columns),
  );
}

/** Whether rows fit beside each other in `total` columns without a word of them broken. */
export function wordsFit(rows: readonly Row[], total: number): boolean {
  const columns = (rows[0] ?? []).map((_, index) => rows.map((row) => spans(row[index] ?? '')));
  const words = columns.map((cells) => widest(cells, ({ text }) => text.split(' ')));
  return sumOf(words) <= total - GAP * (columns.length - 1);
}

function sumOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0);
}

function widest(cells: readonly (readonly Span[])[], parts: (span: Span) => readonly string[]): number {
  return Math.max(WIDTH_MIN, ...cells.flat().flatMap(parts).map(columnsOf));
}

/** The natural widths, the widest of them cut down to one level so that all fit, none below its least. */
function levelled(natural: readonly number[], least: readonly number[], room: number): number[] {
  const at = (level: number): number[] =>
    natural.map((width, index) => Math.min(width, Math.max(level, least[index] as number)));
  let level = Math.max(...natural);
  while (level > WIDTH_MIN && sumOf(at(level)) > room) level--;
  const widths = at(level);
  let spare = room - sumOf(widths);
  return widths.map((width, index) => {
    if (width > level || width === natural[index] || spare <= 0) return width;
    spare--;
    return width + 1;
  });
}

/** How many columns of width move at once, in the order tried. */
const MOVES = [8, 4, 2, 1];

/** Moves width between two columns at a time while that saves lines. Ends: each move saves at least one. */
function settled(start: readonly number[], least: readonly number[], heights: Heights): number[] {
  let widths = [...start];
  let lines = heights.total(widths);
  for (let improved = true; improved; ) {
    improved = false;
    for (const move of MOVES) {
      for (const from of start.keys()) {
        if ((widths[from] as number) - move < (least[from] as number)) continue;
        for (const to of start.keys()) {
          if (to === from || (widths[from] as number) - move < (least[from] as number)) continue;
          const next = widths.with(from, (widths[from] as number) - move).with(to, (widths[to] as number) + move);
          const nextLines = heights.total(next);
          if (nextLines >= lines) continue;
          widths = next;
          lines = nextLines;
          improved = true;
        }
      }
    }
  }
  return widths;
}

/** How many lines rows take at given column widths. Remembers what it has wrapped. */
class Heights {
  readonly #columns: readonly (readonly (readonly Span[])[])[];
  readonly #known: Map<number, number[]>[];

  constructor(columns: readonly (readonly (readonly Span[])[])[]) {
    this.#columns = columns;
    this.#known = columns.map(() => new Map());
  }

  total(widths: readonly number[]): number {
    const columns = widths.map((width, index) => this.#column(index, width));
    const rows = columns[0]?.length ?? 0;
    let lines = 0;
    for (let row = 0; row < rows; row++) lines += Math.max(...columns.map((heights) => heights[row] as number));
    return lines;
  }

  #column(index: number, width: number): number[] {
    const known = this.#known[index] as Map<number, number[]>;
    let heights = known.get(width);
    if (heights === undefined) {
      heights = (this.#columns[index] ?? []).map((cell) => linesOf(cell, width).length);
      known.set(width, heights);
    }
    return heights;
  }
}

/** How a grid departs from plain columns. */
interface GridOptions {
  /** By column; left where not given. */
  readonly alignments?: readonly Alignment[];
  /** A cell in a column of its own, before the others, running down beside all rows. Its width is the first of `widths`. */
  readonly beside?: Cell;
}

/** Rows without lines around them, each cell wrapped to its column. No trailing spaces, no final line break. */
export function renderGrid(rows: readonly Row[], widths: readonly number[], options: GridOptions = {}): string {
  const { alignments = [], beside } = options;
  const table = new Table({
    chars: { ...BORDERLESS, middle: ' '.repeat(GAP) },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths: [...widths],
    colAligns: widths.map((_, index) => alignments[index] ?? 'left'),
  });
  const name = beside === undefined ? undefined : linesOf(beside, widths[0] as number);
  for (const [index, row] of rows.entries()) {
    const cells = row.map((cell, column) => linesOf(cell, widths[column + (name ? 1 : 0)] as number));
    if (name) {
      const height = index === rows.length - 1 ? name.length : Math.max(...cells.map(({ length }) => length));
      cells.unshift(name.splice(0, height));
    }
    table.push(cells.map((lines) => lines.join('\n')));
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const HANG = 2;

function linesOf(cell: Cell, width: number): string[] {
  const all = spans(cell);
  const hang = all.length > 1 ? HANG : 0;
  // Painted line by line: a colour that ran over a line break would run into the next column.
  return all.flatMap(({ text, paint }) => wrap(text, width, hang).map((line) => paint?.(line) ?? line));
}

function spans(cell: Cell): readonly Span[] {
  if (typeof cell === 'string') return [{ text: cell }];
  return 'text' in cell ? [cell] : cell;
}
