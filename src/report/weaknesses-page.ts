import { WEAKNESSES, type Weakness } from '../scenario/weaknesses.ts';
import type { ReportPage } from './markdown.ts';
import { code, escaped, markdownTable } from './markdown-text.ts';
import { isAsExpected, markedVerdict, type ReportedExpectation } from './verdict.ts';

/** Of what an expectation speaks: the weakness, the document's repair, or what stands beside both. */
type About = 'weakness' | 'repair' | 'sound';

interface Judged {
  readonly page: ReportPage;
  readonly expectation: ReportedExpectation;
  readonly about: About;
}

/**
 * The ten weaknesses of the task runner side by side: whether each was reproduced, and whether the document's repair holds as it is
 * written. All of it is read off the scenarios that name a weakness. An expectation speaks of a repair where it begins with that word,
 * and of neither where its source is windtunnel. Markdown, the same bytes every time; ends with a line break.
 */
export function weaknessesPage(pages: readonly ReportPage[]): string {
  const all = WEAKNESSES.map((weakness, index) => ({
    weakness,
    number: index + 1,
    judged: judgedOf(pages, index + 1),
  }));
  const reproduced = all.filter(({ judged }) => isReproduced(judged)).length;
  const holding = all.filter(({ judged }) => refuted(judged, 'repair') === 0 && of(judged, 'repair').length > 0).length;
  const blocks = [
    '# The ten weaknesses of the task runner',
    'What the document says is wrong with its task runner, whether the simulation shows it, and whether the repair that the document ' +
      'proposes holds as it is written. Written by `npm run report`; do not edit.',
    `**${reproduced} of ${all.length} weaknesses reproduced; ${holding} of ${all.length} repairs hold in everything that is claimed of them.** ` +
      'A claim that is confirmed under one reading of the document only counts as reproduced, and as not refuted.',
    markdownTable(
      ['', 'weakness', 'reproduced', 'repair', 'holds as written', 'scenarios'],
      all.map(row),
      (column) => column === 0,
    ),
    ...all.flatMap(chapter),
  ];
  return `${blocks.join('\n\n')}\n`;
}

interface Numbered {
  readonly weakness: Weakness;
  readonly number: number;
  readonly judged: readonly Judged[];
}

function judgedOf(pages: readonly ReportPage[], number: number): Judged[] {
  return pages
    .filter(({ scenario }) => scenario.weakness === number)
    .flatMap((page) =>
      page.result.expectations.map((expectation) => ({ page, expectation, about: aboutOf(expectation) })),
    );
}

function aboutOf({ source, documented }: ReportedExpectation): About {
  if (source === 'windtunnel') return 'sound';
  return documented.startsWith('repair') ? 'repair' : 'weakness';
}

function of(judged: readonly Judged[], about: About): readonly Judged[] {
  return judged.filter((each) => each.about === about);
}

function refuted(judged: readonly Judged[], about: About): number {
  return of(judged, about).filter(({ expectation }) => expectation.verdict === 'refuted').length;
}

function isReproduced(judged: readonly Judged[]): boolean {
  const claims = of(judged, 'weakness');
  return claims.length > refuted(judged, 'weakness');
}

function row({ weakness, number, judged }: Numbered): string[] {
  const [claims, broken] = [of(judged, 'repair').length, refuted(judged, 'repair')];
  const scenarios = [...new Set(judged.map(({ page }) => page.scenario.id))];
  return [
    `[${number}](#weakness-${number})`,
    escaped(weakness.says),
    isReproduced(judged) ? '✓ yes' : '✗ no',
    escaped(weakness.repair),
    broken === 0 ? `✓ yes, ${claims} of ${claims} claims` : `✗ no, ${broken} of ${claims} claims refuted`,
    scenarios.map((id) => `[${id}](${id}.md)`).join('<br>'),
  ];
}

const HEADS: Readonly<Record<About, string>> = { weakness: 'weakness', repair: 'repair', sound: 'beside them' };

function chapter({ weakness, number, judged }: Numbered): string[] {
  const rows = (['weakness', 'repair', 'sound'] as const).flatMap((about) =>
    of(judged, about).map(({ page, expectation }) => [
      HEADS[about],
      escaped(expectation.documented.replace(/^repair(, plan \d)?[:,] /, '')),
      expectation.designs.map(code).join(', '),
      expectation.measured.split('; ').map(escaped).join('<br>'),
      verdict(expectation),
      `[${escaped(page.scenario.id)}](${page.scenario.id}.md)`,
    ]),
  );
  return [
    `<a id="weakness-${number}"></a>`,
    `## ${number}. ${escaped(weakness.says)}`,
    `The document’s repair: ${escaped(weakness.repair)}.`,
    markdownTable(['', 'claim', 'design', 'measured', 'verdict', 'scenario'], rows),
  ];
}

function verdict(expectation: ReportedExpectation): string {
  const text = escaped(markedVerdict(expectation.verdict));
  return isAsExpected(expectation) ? text : `**${text}**, expected: ${escaped(expectation.expected)}`;
}
