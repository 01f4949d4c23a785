import { mutantNamed } from '../explore/mutants/index.ts';
import type { Mutant } from '../explore/mutants/mutant.ts';
import { isFindable, isFound, type Score, type Scoreboard, surprises } from '../explore/scoreboard.ts';
import { toJson } from './json.ts';
import { code, escaped, markdownTable } from './markdown-text.ts';

/** Percentiles of seeds to find. */
const [MEDIAN, HIGH] = [50, 90] as const;

/** The scores with their percentiles, as JSON, in the order of the catalogue. Ends with a line break. */
export function scoreboardJson({ scores, ...options }: Scoreboard): string {
  return toJson({
    ...options,
    mutants: mutantsOf(scores).map((mutant) => ({
      id: mutant.id,
      of: mutant.of,
      summary: mutant.summary,
      needs: mutant.needs,
      unseen: mutant.unseen ?? null,
      isCanary: mutant.isCanary === true,
      isFound: isFound(mutant, scores),
      scores: ofMutant(mutant, scores).map((score) => ({
        schedule: score.schedule,
        seeds: score.seeds,
        trials: score.tried,
        found: score.toFind.length,
        toFind: score.toFind,
        median: percentile(score, MEDIAN),
        p90: percentile(score, HIGH),
        by: Object.fromEntries(score.by),
      })),
    })),
    controls: controlsOf(scores).map(({ mutant, schedule, seeds, by }) => ({
      of: mutantNamed(mutant).of,
      arenaOf: mutant,
      needs: mutantNamed(mutant).needs,
      schedule,
      seeds,
      by: Object.fromEntries(by),
    })),
  });
}

/** What came of it, a line for each thing; beginning with `✗` where it is not as it should be. */
export function scoreboardSum(board: Scoreboard): readonly string[] {
  const { scores } = board;
  const { missed, foundAllTheSame, falseAlarms } = surprises(board);
  const mutants = mutantsOf(scores);
  const findable = mutants.filter(isFindable);
  const canaries = mutants.filter(({ isCanary }) => isCanary === true);
  const unseen = mutants.filter((mutant) => mutant.unseen !== undefined && !isFound(mutant, scores));
  return [
    `${missed.length === 0 ? '✓' : '✗'} ${findable.length - missed.length} of ${findable.length} planted bugs found`,
    ...missed.map(({ id, summary }) => `✗ ${id} was not found: ${summary}`),
    ...canaries
      .filter((canary) => !isFound(canary, scores))
      .map((canary) => `✓ ${canary.id}, which changes nothing: not found in ${seedsOf(canary, scores)} seeds`),
    ...(unseen.length === 0 ? [] : [`✓ ${unseen.length} that nothing here can see: not found`]),
    ...foundAllTheSame.map((mutant) => `✗ ${mutant.id} was found by ${findersOf(ofMutant(mutant, scores)).join(', ')}`),
    ...(falseAlarms.length === 0 ? [`✓ ${controlWords(scores)}`] : []),
    ...falseAlarms.map(
      ({ mutant, schedule, by }) =>
        `✗ false alarm: ${by.map(([id]) => id).join(', ')} in ${mutantNamed(mutant).of} as it is, in the arena of ${mutant}, ${schedule}`,
    ),
  ];
}

/** The scores on one Markdown page. Nothing in it depends on when or where it was written. Ends with a line break. */
export function scoreboardPage(board: Scoreboard): string {
  const { scores, trials, seedsMax, patience, seedsQuiet, firstSeed } = board;
  const mutants = mutantsOf(scores).filter(({ isCanary }) => isCanary !== true);
  const found = mutants.filter((mutant) => isFound(mutant, scores));
  const missed = mutants.filter((mutant) => !isFound(mutant, scores));
  const blocks = [
    '# Planted bugs',
    `${mutants.length} classic bugs of task queues, planted one at a time into the sound designs, and how many seeds it takes to ` +
      'find each. A search that finds none of them would find nothing else either.',
    scoreboardSum(board)
      .map((line) => `- ${escaped(line)}`)
      .join('\n'),
    '## Schedules',
    scheduleTable(board, found),
    '## Seeds to find',
    'Median / 90th percentile of seeds until the bug showed. The mutants are in the order of their best median.',
    scoreTable(board, found),
    [
      `- **Trials.** Each mutant is hunted ${trials} times under each schedule, each time from the seed after the one that it was found ` +
        `with; the first seed is ${firstSeed}. A trial without a find ends after ${patience} seeds, and counts in the percentiles as ` +
        `more than that: \`>${patience}\`. A hunt ends after ${seedsMax} seeds: the number of trials until then is given where it is ` +
        'smaller, as in `190 / 610 (44)`. Where the first trial finds nothing there is no second: `–`.',
      '- **Faults.** Each seed draws its own, of the kinds that stand in that column and of no others; where none stand, the schedule alone ' +
        'must do. A search that does not know the bug draws from more kinds, and takes longer.',
      '- **★** A workload or parameters of its own, as the common ones did not show it: such a row is not to be compared with others.',
      '- **Found by** names the invariants that were violated, most often first.',
      `- **Controls.** Each design as it is, under the same faults in the same arenas, for ${seedsQuiet} seeds under each schedule: ` +
        'whatever shows there is a false alarm.',
    ].join('\n'),
    'To do it again (the same bytes, whatever the machine and its number of cores):',
    `\`\`\`sh\nnpx windtunnel mutants --trials ${trials} --seeds ${seedsMax} --patience ${patience} --quiet-seeds ${seedsQuiet} ` +
      `--seed ${firstSeed}\n\`\`\``,
    ...(missed.length === 0 ? [] : ['## Not found', missedTable(missed, scores)]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function scheduleTable({ schedules, scores }: Scoreboard, found: readonly Mutant[]): string {
  const best = new Map(found.map((mutant) => [mutant.id, bestMedian(mutant, scores)]));
  const rows = schedules.map((schedule) => {
    const own = found.flatMap((mutant) => ofMutant(mutant, scores).filter((score) => score.schedule === schedule));
    const alone = found.filter((mutant) =>
      ofMutant(mutant, scores).every((score) => score.toFind.length > 0 === (score.schedule === schedule)),
    );
    return [
      code(schedule),
      String(own.filter(({ toFind }) => toFind.length > 0).length),
      String(own.filter((score) => percentile(score, MEDIAN) === best.get(score.mutant)).length),
      String(own.filter((score) => (percentile(score, MEDIAN) ?? Number.POSITIVE_INFINITY) <= 10).length),
      alone.map(({ id }) => code(id)).join(', ') || '–',
    ];
  });
  const head = ['schedule', 'found', 'soonest, or as soon', 'median of 10 seeds or less', 'found under no other'];
  return markdownTable(head, rows, (column) => column > 0 && column < 4);
}

function scoreTable({ trials, patience, schedules, scores }: Scoreboard, found: readonly Mutant[]): string {
  const rows = found
    .map((mutant) => ({ mutant, best: bestMedian(mutant, scores), own: ofMutant(mutant, scores) }))
    .sort((a, b) => a.best - b.best || (a.mutant.id < b.mutant.id ? -1 : 1))
    .map(({ mutant, own }) => [
      `${code(mutant.id)}${hasOwnArena(mutant) ? ' ★' : ''}`,
      escaped(mutant.summary),
      code(mutant.of),
      mutant.needs.join(', ') || 'none',
      ...schedules.map((schedule) => {
        const score = own.find((each) => each.schedule === schedule);
        return score === undefined ? '' : cell(score, trials, patience);
      }),
      findersOf(own).join(', '),
    ]);
  const head = ['mutant', 'the bug', 'planted into', 'faults', ...schedules, 'found by'];
  return markdownTable(head, rows, (column) => column >= 4 && column < 4 + schedules.length);
}

function missedTable(missed: readonly Mutant[], scores: readonly Score[]): string {
  const rows = missed.map((mutant) => [
    code(mutant.id),
    escaped(mutant.summary),
    code(mutant.of),
    mutant.needs.join(', ') || 'none',
    String(seedsOf(mutant, scores)),
    escaped(mutant.unseen ?? 'nobody knows: it can be found'),
  ]);
  return markdownTable(
    ['mutant', 'the bug', 'planted into', 'faults', 'seeds', 'why not'],
    rows,
    (column) => column === 4,
  );
}

function hasOwnArena({ workload, parameters, recoverIntervalMs, cancels }: Mutant): boolean {
  return [workload, parameters, recoverIntervalMs, cancels].some((own) => own !== undefined);
}

function controlWords(scores: readonly Score[]): string {
  const seeds = controlsOf(scores).reduce((sum, score) => sum + score.seeds, 0);
  return `the designs as they are, under the same faults in the same arenas: nothing found in ${seeds} seeds`;
}

function cell(score: Score, trials: number, patience: number): string {
  if (score.toFind.length === 0) return '–';
  const [median, high] = [MEDIAN, HIGH].map((percent) => percentile(score, percent) ?? `>${patience}`);
  return `${median} / ${high}${score.tried < trials ? ` (${score.tried})` : ''}`;
}

/** The invariants that showed it, most often first. */
function findersOf(scores: readonly Score[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const [id, trials] of scores.flatMap(({ by }) => by)) counts.set(id, (counts.get(id) ?? 0) + trials);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([id]) => id);
}

/** By nearest rank, over all trials: one that found nothing took longer than any that did. null: it was one of those. */
function percentile({ toFind, tried }: Score, percent: number): number | null {
  return toFind.toSorted((a, b) => a - b)[Math.ceil((tried * percent) / 100) - 1] ?? null;
}

/** Over the schedules. */
function bestMedian(mutant: Mutant, scores: readonly Score[]): number {
  return Math.min(...ofMutant(mutant, scores).map((score) => percentile(score, MEDIAN) ?? Number.POSITIVE_INFINITY));
}

function mutantsOf(scores: readonly Score[]): readonly Mutant[] {
  return [...new Set(scores.filter(({ isControl }) => isControl !== true).map(({ mutant }) => mutant))].map(
    mutantNamed,
  );
}

function controlsOf(scores: readonly Score[]): readonly Score[] {
  return scores.filter(({ isControl }) => isControl === true);
}

function ofMutant({ id }: Mutant, scores: readonly Score[]): readonly Score[] {
  return scores.filter(({ mutant, isControl }) => mutant === id && isControl !== true);
}

function seedsOf(mutant: Mutant, scores: readonly Score[]): number {
  return ofMutant(mutant, scores).reduce((sum, { seeds }) => sum + seeds, 0);
}
