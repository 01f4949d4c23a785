import type { DesignVerdict } from '../explore/explore.ts';
import { type Canvas, palette } from './palette.ts';
import { columnsOf, wrap } from './wrap.ts';

const GAP = '   ';
const VERDICT_WIDTH = '✓ out of contract'.length;
/** In fewer columns than this nobody likes to read: what is said stands below then. */
const COLUMNS_MIN = 36;

/**
 * What is said of a design: its name, its verdict, and what this stands on, each part on lines of its own.
 * @param nameWidth of the longest name
 */
export function designRow(
  { design, verdict }: { readonly design: string; readonly verdict: DesignVerdict },
  nameWidth: number,
  parts: readonly string[],
  canvas: Canvas,
): string[] {
  const { good, bad, mixed, strong, faint } = palette(canvas.colour);
  const paint = { holds: good, violated: bad, inconclusive: mixed, 'out of contract': mixed }[verdict];
  const mark = { holds: '✓', violated: '✗', inconclusive: '?', 'out of contract': '○' }[verdict];
  const label = (verdictWidth: number) =>
    `${strong(design)}${' '.repeat(nameWidth - design.length)}${GAP}${paint(`${mark} ${verdict}`)}${' '.repeat(Math.max(0, verdictWidth - verdict.length - 2))}`;
  const indent = nameWidth + VERDICT_WIDTH + 2 * GAP.length;
  const isBeside =
    canvas.width - indent >= COLUMNS_MIN || parts.every((part) => indent + columnsOf(part) <= canvas.width);
  const columns = canvas.width - (isBeside ? indent : GAP.length);
  const said = parts.flatMap((part) => wrap(part, columns)).map(faint);
  if (!isBeside) return [label(0), ...said.map((line) => `${GAP}${line}`)];
  return said.map((line, index) =>
    index === 0 ? `${label(VERDICT_WIDTH)}${GAP}${line}` : `${' '.repeat(indent)}${line}`,
  );
}
