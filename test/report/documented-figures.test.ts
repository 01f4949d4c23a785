import { describe, expect, it } from 'vitest';
import { documentedFigures } from '../../src/report/documented-figures.ts';
import { overview } from '../../src/report/overview.ts';
import { columnsOf } from '../../src/report/wrap.ts';
import { FIGURES } from '../../src/scenario/figures.ts';
import { listScenarios } from '../../src/scenario/load.ts';
import { queueScenario } from '../scenario/written.ts';
import { sampleExpectation, sampleResult } from './sample.ts';

const page = {
  scenario: queueScenario(),
  result: sampleResult({
    expectations: [
      sampleExpectation({ figure: 'acceptance' }),
      sampleExpectation({
        figure: 'acceptance',
        documented: 'ten times as fast',
        measured: '4.8 times; 5.1 times',
        verdict: 'refuted',
        expected: 'refuted',
        why: 'There are five tokens.',
      }),
    ],
  }),
};
const found = {
  scenario: { ...queueScenario(), title: 'Twice at once', mechanism: 'A lock ends before its task does.' },
  result: sampleResult({ scenario: 'twice-at-once', expectations: [sampleExpectation()] }),
};

describe('the documented figures', () => {
  it('are each judged by a scenario of the project: none is missing', async () => {
    const judged = new Set(
      (await listScenarios()).flatMap(({ expectations }) => expectations.map(({ figure }) => figure)),
    );
    expect(FIGURES.map(({ id }) => id).filter((id) => !judged.has(id))).toEqual([]);
  });

  it('are reported claim by claim, with the reason wherever one is not confirmed', () => {
    const text = documentedFigures([page]);
    expect(text).toContain('| 2 | ten times as fast | `zpopmin-then-token` | 4.8 times<br>5.1 times | ✗ refuted |');
    expect(text).toContain('- *2:* There are five tokens.');
    expect(text.endsWith('\n')).toBe(true);
  });

  it('that no scenario judges are named as such, not passed over', () => {
    expect(documentedFigures([page]).match(/Not judged/g)).toHaveLength(FIGURES.length - 1);
  });

  it('are followed by what no document names', () => {
    const text = documentedFigures([page, found]);
    expect(text.slice(text.indexOf('## Found by simulation'))).toContain('A lock ends before its task does.');
  });
});

describe('the overview', () => {
  const at = (width: number) => overview([page, found], { width, colour: false });

  it('shows a figure with what was not confirmed, and only counts what was', () => {
    expect(at(120)).toContain('1 of 2 confirmed');
    expect(at(120)).toContain('ten times as fast');
    expect(at(120)).not.toContain('3 completed, 9 failed');
  });

  it('shows what was found by simulation', () => {
    expect(at(120)).toMatch(/Found by simulation[\s\S]*Twice at once/);
  });

  it('begins with the summary, and gives a group that is wholly confirmed one line', () => {
    const smooth = { scenario: queueScenario(), result: sampleResult({ expectations: [sampleExpectation()] }) };
    const drawn = overview([smooth, found], { width: 120, colour: false });
    expect(drawn).toMatch(/^2 expectations: 2 confirmed; all as expected\n/);
    expect(drawn).toContain(`\n✓ ${smooth.result.title}: 1 of 1 confirmed\n`);
    expect(drawn).not.toContain('✗');
  });

  it.each([40, 60, 80, 120, 160])('fits %i columns', (width) => {
    for (const line of at(width).split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(width);
  });
});
