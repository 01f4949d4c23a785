import type { InterleavingFinding } from '../explore/interleaving-finding.ts';
import type { ScenarioResult } from '../scenario/result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { interleavingMarkdown } from './interleaving.ts';
import { parameters } from './markdown-parameters.ts';
import { code, escaped, markdownTable } from './markdown-text.ts';
import { invariantRows, metricRows } from './metric-rows.ts';
import { circumstances } from './scenario-page.ts';
import type { SeedsResult } from './seeds.ts';
import { isAsExpected, markedVerdict, type ReportedExpectation, summary } from './verdict.ts';

/** A scenario and what came of it. */
export interface ReportPage {
  readonly scenario: Scenario;
  readonly result: ScenarioResult | SeedsResult;
  /** Of an in-process runner: the smallest interleaving of each design that breaks. */
  readonly interleavings?: readonly InterleavingFinding[];
}

/** One scenario as a Markdown page. Nothing in it depends on when or where it was written. Ends with a line break. */
export function markdownPage({ scenario, result, interleavings = [] }: ReportPage): string {
  const seed = result.seed === 1 ? '' : ` --seed ${result.seed}`;
  const seeds = 'seeds' in result ? ` --seeds ${result.seeds}` : '';
  const blocks = [
    `# ${escaped(result.title)}`,
    escaped(result.story),
    ...(scenario.mechanism === undefined ? [] : [`**Mechanism:** ${escaped(scenario.mechanism)}`]),
    `Source: ${escaped(result.source)}. Run: ${escaped(circumstances(result))}.`,
    `\`\`\`\nnpx windtunnel scenario ${result.scenario}${seed}${seeds}\n\`\`\``,
    '## Expectations',
    expectations(result),
    ...reasons(result),
    `${escaped(summary([result]))}.`,
    ...interleavingBlocks(scenario, interleavings),
    ...runs(result),
    '## Parameters',
    parameters(scenario),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** What was found among all orders of shared accesses that few delays can make. */
function interleavingBlocks({ id }: Scenario, found: readonly InterleavingFinding[]): string[] {
  if (found.length === 0) return [];
  return [
    '## Smallest interleavings',
    'Found among all schedules of the goroutines, those with the fewest preemptions first, and the workload shrunk. One line a shared ' +
      'access; ⇄ is where the schedule stops a goroutine.',
    `\`\`\`\nnpx windtunnel explore ${id}\n\`\`\``,
    ...found.map(interleavingMarkdown),
  ];
}

/** All scenarios on one Markdown page, each with a link to its own. Ends with a line break. */
export function markdownIndex(pages: readonly ReportPage[]): string {
  const rows = pages.flatMap(({ result }) =>
    result.expectations.map((expectation, index) => [
      index === 0 ? `[${escaped(result.scenario)}](${result.scenario}.md)` : '',
      designs(expectation),
      escaped(expectation.documented),
      escaped(expectation.measured),
      verdict(expectation),
    ]),
  );
  const blocks = [
    '# Reports',
    'What the documents say of their designs, and what the designs did. Written by `npm run report`; do not edit.',
    markdownTable(['scenario', 'design', 'the document says', 'measured', 'verdict'], rows),
    `${escaped(summary(pages.map(({ result }) => result)))}.`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function expectations({ expectations: all }: ScenarioResult | SeedsResult): string {
  return markdownTable(
    ['design', 'source', 'the document says', 'measured', 'verdict'],
    all.map((expectation) => [
      designs(expectation),
      escaped(expectation.source),
      escaped(expectation.documented),
      escaped(expectation.measured),
      verdict(expectation),
    ]),
  );
}

/** Why those came out as they did that did not simply confirm the document. */
function reasons({ expectations: all }: ScenarioResult | SeedsResult): string[] {
  const told = all.filter(({ why }) => why !== '');
  if (told.length === 0) return [];
  return [told.map(({ documented, why }) => `- *${escaped(documented)}:* ${escaped(why)}`).join('\n')];
}

function runs({ runs: all, skipped }: ScenarioResult | SeedsResult): string[] {
  const head = ['', ...all.map(({ design }) => code(design))];
  const isNumeric = (column: number): boolean => column > 0;
  const metrics = metricRows(all).map(({ label, values }) => [escaped(label), ...values.map(escaped)]);
  const invariants = invariantRows(all).map(({ label, values }) => [
    code(label),
    ...values.map(({ text }) => escaped(text)),
  ]);
  const skips = skipped.map(({ design, reason }) => `- ${code(design)} was not run: ${escaped(reason)}`);
  const told = all.flatMap(({ design, invariants }) =>
    invariants.flatMap((judgement) => {
      const story = violation(judgement);
      return story === undefined ? [] : [`- ${code(judgement.id)}, ${code(design)}: ${escaped(story)}`];
    }),
  );
  return [
    ...(all.length === 0 ? [] : ['## Metrics', markdownTable(head, metrics, isNumeric)]),
    ...(skips.length === 0 ? [] : [skips.join('\n')]),
    ...(invariants.length === 0 ? [] : ['## Invariants', markdownTable(head, invariants, isNumeric)]),
    ...(told.length === 0 ? [] : [told.join('\n')]),
  ];
}

type AnyJudgement = (ScenarioResult | SeedsResult)['runs'][number]['invariants'][number];

/** The first violation in words; undefined where the invariant held. */
function violation(judgement: AnyJudgement): string | undefined {
  if ('violatedIn' in judgement) {
    const { firstViolation, firstViolatedSeed } = judgement;
    return firstViolation === null ? undefined : `seed ${firstViolatedSeed}: ${firstViolation}`;
  }
  const [first, ...others] = judgement.violations;
  return first && `${first.message}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;
}

function designs(expectation: ReportedExpectation): string {
  return expectation.designs.map(code).join(', ');
}

function verdict(expectation: ReportedExpectation): string {
  const text = escaped(markedVerdict(expectation.verdict));
  return isAsExpected(expectation) ? text : `**${text}**, expected: ${escaped(expectation.expected)}`;
}
