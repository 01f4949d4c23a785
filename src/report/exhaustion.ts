import type { Exhaustion } from '../explore/exhaustive.ts';
import type { DesignExhaustion, ExhaustiveExploration } from '../explore/explore-exhaustively.ts';
import { counted } from './counted.ts';
import { designRow } from './design-row.ts';
import { type FindingFiles, findingText } from './finding.ts';
import { type Canvas, palette } from './palette.ts';
import { wrap } from './wrap.ts';

/**
 * What a search of all schedules says: its findings, then a sentence for each design. No final line break.
 * @param files where findings were written, by their ids
 */
export function exhaustionText(
  exploration: ExhaustiveExploration,
  canvas: Canvas,
  files: ReadonlyMap<string, FindingFiles> = new Map(),
): string {
  const { designs } = exploration;
  const { faint } = palette(canvas.colour);
  const width = Math.max(...designs.map(({ design }) => design.length));
  return [
    ...designs.flatMap(({ findings }) =>
      findings.map((finding) => `${findingText(finding, canvas, files.get(finding.id))}\n`),
    ),
    ...designs.flatMap((design) => designRow(design, width, [exhaustionSentence(design), ...terms(design)], canvas)),
    ...wrap(circumstances(exploration), canvas.width).map(faint),
  ].join('\n');
}

type Said = Pick<Exhaustion, 'scope' | 'schedules' | 'cutBy' | 'left'> & { readonly violations: { length: number } };

/** `3 workers, 2 tasks, at most 1 fault (crash): all 812 schedules visited, 0 violations` */
export function exhaustionSentence(given: Said | DesignExhaustion): string {
  const { scope, schedules, cutBy, left } = given;
  const found = 'violations' in given ? given.violations.length : given.findings.length;
  const { workers, processes, tasks, maxFaults, faults } = scope;
  const hands = workers > 0 ? counted(workers, 'worker') : counted(processes, 'process', 'processes');
  const among = maxFaults === 0 ? '' : `, at most ${counted(maxFaults, 'fault')} (${faults.join(', ')})`;
  const visited =
    cutBy === null
      ? schedules === 1
        ? 'the only schedule visited'
        : `all ${schedules} schedules visited`
      : `${counted(schedules, 'schedule')} visited, at least ${left} left (${REASONS[cutBy]})`;
  const kinds = found === 0 ? '0 violations' : counted(found, 'kind of violation', 'kinds of violation');
  return `${hands}, ${counted(tasks, 'task')}${among}: ${visited}, ${kinds}`;
}

const REASONS = {
  time: 'out of time',
  depth: 'deeper than asked for',
  violation: 'ended by the violation',
  steps: 'some host was never let go on',
} as const;

/** What the sentence stands on. */
function terms({ scope, survives, notJudged }: DesignExhaustion): string[] {
  return [
    ...(scope.maxFaults === 0 ? [] : [`claims to survive ${survives.join(', ') || 'no fault'}`]),
    ...(notJudged.length === 0 ? [] : [`not judged: ${notJudged.join(', ')}`]),
  ];
}

function circumstances({ scenario, seed, limit, skipped, designs }: ExhaustiveExploration): string {
  const isJudgedInPart = designs.some(({ notJudged }) => notJudged.length > 0);
  return [
    `${scenario}: a small scope, seed ${seed}; schedule exhaustive`,
    `tasks come at once, handlers and messages take no time, limits are ${limit}`,
    ...(isJudgedInPart ? ['not judged is what depends on the order of all events'] : []),
    ...(skipped.length > 0 ? [`not searched: ${skipped.join(', ')}, which live on a log`] : []),
  ].join('; ');
}
