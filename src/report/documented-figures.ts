import { FIGURES, type Figure } from '../scenario/figures.ts';
import type { ReportPage } from './markdown.ts';
import { code, escaped, markdownTable } from './markdown-text.ts';
import { isAsExpected, markedVerdict, type ReportedExpectation } from './verdict.ts';

/** A judged expectation, and the page that it is on. */
interface Judged {
  readonly page: ReportPage;
  readonly expectation: ReportedExpectation;
}

/**
 * Every documented figure, claim by claim: what the document says, what was measured over how many seeds, the verdict, and why.
 * Then what the simulation found beyond the documents. Markdown, the same bytes every time; ends with a line break.
 */
export function documentedFigures(pages: readonly ReportPage[]): string {
  const judged = pages.flatMap((page) => page.result.expectations.map((expectation) => ({ page, expectation })));
  const of = ({ id }: Figure): Judged[] => judged.filter(({ expectation }) => expectation.figure === id);
  const found = pages.filter(({ scenario }) => scenario.mechanism !== undefined);
  const blocks = [
    '# The documented figures',
    'Five design documents record the history of a task queue, with figures for every step. Each figure was run: the documented ' +
      'design as production code, in simulation, over several seeds. This page says what came of it. Written by `npm run report`; ' +
      'do not edit.',
    'A figure is **confirmed**, **refuted**, or **confirmed only if …**, where the document leaves two readings and the outcome ' +
      'depends on the reading. A number with brackets is the median of all seeds with the least and the most.',
    '## At a glance',
    markdownTable(
      ['figure', 'confirmed', 'only if …', 'refuted'],
      FIGURES.map((figure) => row(figure, of(figure))),
      (column) => column > 0,
    ),
    ...FIGURES.flatMap((figure) => chapter(figure, of(figure))),
    '## Found by simulation',
    found.length === 0
      ? 'Nothing yet.'
      : 'Defects that no document names, in documented designs and in documented repairs. Each is a scenario of its own.',
    ...found.flatMap(finding),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function row(figure: Figure, judged: readonly Judged[]): string[] {
  const verdicts = judged.map(({ expectation }) => expectation.verdict);
  const count = (matches: (verdict: string) => boolean): string => {
    const matching = verdicts.filter(matches).length;
    return matching === 0 ? '' : String(matching);
  };
  const name = `[${escaped(figure.title)}](#${figure.id})`;
  if (judged.length === 0) return [`${name}: **not judged**`, '', '', ''];
  return [
    name,
    count((verdict) => verdict === 'confirmed'),
    count((verdict) => verdict !== 'confirmed' && verdict !== 'refuted'),
    count((verdict) => verdict === 'refuted'),
  ];
}

function chapter(figure: Figure, judged: readonly Judged[]): string[] {
  const head = [
    `<a id="${figure.id}"></a>`,
    `## ${escaped(figure.title)}`,
    `${escaped(figure.says)}. Source: ${escaped(figure.source)}.`,
  ];
  if (judged.length === 0) return [...head, 'Not judged: no scenario measures it yet.'];
  const rows = judged.map(({ page, expectation }, index) => [
    String(index + 1),
    escaped(expectation.documented),
    expectation.designs.map(code).join(', '),
    readings(expectation),
    verdict(expectation),
    `[${escaped(page.scenario.id)}](${page.scenario.id}.md), ${seedsOf(page)}`,
  ]);
  // A list that counts by itself would renumber what it leaves out.
  const reasons = judged.flatMap(({ expectation }, index) =>
    expectation.why === '' ? [] : [`- *${index + 1}:* ${escaped(expectation.why)}`],
  );
  return [
    ...head,
    markdownTable(
      ['', 'the document says', 'design', 'measured', 'verdict', 'scenario'],
      rows,
      (column) => column === 0,
    ),
    ...(reasons.length === 0 ? [] : [`Why:\n\n${reasons.join('\n')}`]),
  ];
}

function finding({ scenario, result }: ReportPage): string[] {
  const rows = result.expectations.map((expectation) => [
    escaped(expectation.documented),
    expectation.designs.map(code).join(', '),
    readings(expectation),
    verdict(expectation),
  ]);
  const first = result.runs.flatMap(({ design, invariants }) =>
    invariants.flatMap((judgement) =>
      'firstViolation' in judgement && judgement.firstViolation !== null
        ? [
            `- ${code(judgement.id)}, ${code(design)}, seed ${judgement.firstViolatedSeed}: ${escaped(judgement.firstViolation)}`,
          ]
        : [],
    ),
  );
  return [
    `### [${escaped(scenario.title)}](${scenario.id}.md)`,
    `${escaped(scenario.source)}`,
    escaped(scenario.mechanism ?? ''),
    `\`\`\`\nnpx windtunnel scenario ${scenario.id}\n\`\`\``,
    markdownTable(['expected', 'design', 'measured', 'verdict'], rows),
    ...(first.length === 0 ? [] : [first.join('\n')]),
  ];
}

/** Each reading of an ambiguous document has its line. */
function readings({ measured }: ReportedExpectation): string {
  return measured.split('; ').map(escaped).join('<br>');
}

function seedsOf({ result }: ReportPage): string {
  return 'seeds' in result ? `${result.seeds} seeds` : `seed ${result.seed}`;
}

function verdict(expectation: ReportedExpectation): string {
  const text = escaped(markedVerdict(expectation.verdict));
  return isAsExpected(expectation) ? text : `**${text}**, expected: ${escaped(expectation.expected)}`;
}
