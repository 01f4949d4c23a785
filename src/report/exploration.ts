import type { FaultClass } from '../engine/claim.ts';
import { type Coverage, gapsOf, pairsOf } from '../explore/coverage.ts';
import type { DesignExploration, Exploration } from '../explore/explore.ts';
import { fallsUnder } from '../history/promises.ts';
import { kindOf } from '../scenario/fault.ts';
import { counted } from './counted.ts';
import { designRow } from './design-row.ts';
import { type FindingFiles, findingText } from './finding.ts';
import { type Canvas, palette } from './palette.ts';
import { eventInWords } from './story.ts';
import { wrap } from './wrap.ts';

/** Points that no fault has met, of which as many are named. */
const GAPS_SHOWN = 6;

/**
 * What a search says: its findings, then a line for each design. No final line break.
 * @param files where findings were written, by their ids
 */
export function explorationText(
  exploration: Exploration,
  canvas: Canvas,
  files: ReadonlyMap<string, FindingFiles> = new Map(),
): string {
  const findings = exploration.designs.flatMap((design) => design.findings);
  const width = Math.max(...exploration.designs.map(({ design }) => design.length));
  const isDisturbed = exploration.designs.some(({ coverage }) => coverage.points.length > 0);
  return [
    ...findings.map((finding) => `${findingText(finding, canvas, files.get(finding.id))}\n`),
    ...nondeterminism(exploration, canvas),
    ...exploration.designs.flatMap((design) => designRow(design, width, grounds(design), canvas)),
    ...coverageTables(exploration, canvas),
    ...(isDisturbed ? [''] : []),
    ...wrap(circumstances(exploration), canvas.width).map(palette(canvas.colour).faint),
  ].join('\n');
}

/** What the verdict stands on. */
function grounds(exploration: DesignExploration): string[] {
  const { runs, gaps, survives, coverage } = exploration;
  const met = pairsOf(coverage);
  const covered = met === 0 ? [] : [`${met - gaps.length} of ${met} pairs of point and fault met`];
  const contract = coverage.kinds.length === 0 ? [] : [`claims to survive ${survives.join(', ') || 'no fault'}`];
  const named = gaps.slice(0, GAPS_SHOWN).map(({ point, kind }) => `${kind} after ${point}`);
  const more = gaps.length > named.length ? `, and ${gaps.length - named.length} more` : '';
  return [
    [counted(runs, 'run'), ...covered, ...contract].join('; '),
    ...(gaps.length === 0 ? [] : [`not covered: ${named.join(', ')}${more}`]),
    ...notAskedFor(exploration),
  ];
}

/** What no design can keep, of runs with the faults that this one claims to survive: a line each. */
function notAskedFor({ invariants, survives, coverage }: DesignExploration): string[] {
  const kinds = coverage.kinds.filter((kind) => survives.includes(kind)).map((kind) => kindOf(kind as FaultClass));
  return invariants.flatMap((id) => {
    const under = fallsUnder(id, kinds);
    return under.length === 0 ? [] : [`${id}: not judged under ${under.join(', ')}, as no design can keep it`];
  });
}

/** One matrix a design: how often each point met each kind of fault. */
function coverageTables({ designs }: Exploration, canvas: Canvas): string[] {
  const { faint } = palette(canvas.colour);
  return designs.flatMap(({ design, coverage }) => {
    if (coverage.points.length === 0) return [];
    const title = wrap(`${design}: how often each fault struck, by what its host had done last`, canvas.width);
    return ['', ...title.map(faint), ...matrices(coverage, canvas.width)];
  });
}

/** As many kinds side by side as there is room for, then the others below. */
function matrices({ kinds, points, counts }: Coverage, width: number): string[] {
  const first = Math.max(...points.map(({ length }) => length));
  const columns = kinds.map((kind, index) => {
    const cells = counts.map((row) => cell(row[index] ?? null));
    return { index, kind, cells, width: Math.max(kind.length, ...cells.map(({ length }) => length)) };
  });
  const groups: (typeof columns)[] = [];
  let room = 0;
  for (const column of columns) {
    room -= GAP.length + column.width;
    if (room < 0 || groups.length === 0) {
      groups.push([]);
      room = width - INDENT.length - first - GAP.length - column.width;
    }
    groups.at(-1)?.push(column);
  }
  return groups.flatMap((group, place) => {
    const header = [' '.repeat(first), ...group.map((column) => column.kind.padStart(column.width))];
    const rows = points.flatMap((point, row) => {
      const cells = group.map((column) => (column.cells[row] as string).padStart(column.width));
      // What can meet none of these kinds stands with those that it can meet.
      return cells.every((text) => text.trim() === '') ? [] : [[point.padEnd(first), ...cells]];
    });
    const lines = [header, ...rows].map((cells) => `${INDENT}${cells.join(GAP)}`.trimEnd());
    return place === 0 ? lines : ['', ...lines];
  });
}

const INDENT = '  ';
const GAP = '   ';

/** A gap is a dot; what cannot meet is left blank. */
function cell(count: number | null): string {
  if (count === null) return '';
  return count === 0 ? '·' : String(count);
}

function nondeterminism({ nondeterminism: found }: Exploration, canvas: Canvas): string[] {
  if (found === null) return [];
  const { spec, divergence } = found;
  const { bad } = palette(canvas.colour);
  const where =
    divergence === undefined
      ? 'its events are the same, what happened between them is not'
      : `event ${divergence.index} was ${eventInWords(divergence.first)}, then ${eventInWords(divergence.second)}`;
  return [
    bad(`✗ one seed, two histories   ${spec.design}   seed ${spec.seed}`),
    ...wrap(`${where}: nothing else that is said here can be trusted`, canvas.width - 2).map((line) => `  ${line}`),
    '',
  ];
}

function circumstances({ scenario, schedule, faults, firstSeed, seeds, shard, designs }: Exploration): string {
  const all = designs.every(({ coverage }) => gapsOf(coverage).length === 0);
  return [
    `${scenario}: ${seeds === 1 ? `seed ${firstSeed}` : `seeds ${firstSeed} to ${firstSeed + seeds - 1}`}${shard.of === 1 ? '' : `, part ${shard.index} of ${shard.of}`}`,
    `schedule ${schedule}`,
    faults.length === 0 ? 'no faults but the scenario’s own' : `faults ${faults.join(', ')}`,
    ...(faults.length > 0 && all ? ['every point met every fault'] : []),
  ].join('; ');
}
