import { describe, expect, it } from 'vitest';
import { figure, percentage, rounded } from '../../src/report/figure.ts';
import { jsonReport } from '../../src/report/json.ts';
import { code, escaped } from '../../src/report/markdown-text.ts';
import { overSeeds } from '../../src/report/seeds.ts';
import { summary } from '../../src/report/verdict.ts';
import { unexpectedViolations } from '../../src/report/violations.ts';
import { sampleExpectation, sampleResult, sampleTable } from './sample.ts';

describe('a figure', () => {
  it.each([
    [0, '0'],
    [12, '12'],
    [1234.5678, '1235'],
    [12.345, '12.3'],
    [1.204, '1.2'],
    [0.0004, '0'],
    [-0.0001, '0'],
    [100000000, '100000000'],
  ])('%d reads %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });

  it('of a share is a percentage, and a very small one is not none', () => {
    expect([0, 0.0001, 0.25, 0.8735, 1].map(percentage)).toEqual(['0 %', '< 0.1 %', '25 %', '87.4 %', '100 %']);
  });

  it('for machines has three decimals and no negative zero', () => {
    expect([1 / 3, 0.1 + 0.2, -0.00001].map(rounded)).toEqual([0.333, 0.3, 0]);
    expect(Object.is(rounded(-0.00001), 0)).toBe(true);
  });
});

describe('JSON', () => {
  it('rounds every number and leaves histories out', () => {
    const report = JSON.parse(jsonReport([sampleResult()]));
    expect(report.runs[0].metrics.queueWaitMs.p50).toBe(1200.346);
    expect(report.runs[0].metrics.throughputPerSecond).toBe(0.6);
    expect(report.runs[0]).not.toHaveProperty('history');
  });

  it('says whether all came out as expected', () => {
    expect(
      JSON.parse(jsonReport(sampleTable())).scenarios.map(({ asExpected }: { asExpected: boolean }) => asExpected),
    ).toEqual([true, true, false]);
  });
});

describe('Markdown', () => {
  it('means nothing but the text that it is given', () => {
    expect(escaped('a | b * <c> `d`\n_e_ [f](g) #h & i')).toBe('a \\| b \\* \\<c\\> `d` \\_e\\_ \\[f\\](g) \\#h \\& i');
    expect([escaped('- none'), escaped('1. first'), escaped('0.982'), escaped('-3')]).toEqual([
      '\\- none',
      '1\\. first',
      '0.982',
      '-3',
    ]);
  });

  it('fences code that has backticks and bars', () => {
    expect([code('id'), code('a`b'), code('`a'), code('a|b')]).toEqual(['`id`', '``a`b``', '`` `a ``', '`a\\|b`']);
  });
});

describe('the summary', () => {
  it('counts verdicts and names what is not as expected', () => {
    expect(summary(sampleTable())).toBe(
      '6 expectations: 2 confirmed, 2 refuted, 1 confirmed only if …, 1 not judged; ' +
        '1 not as expected: wakeup-herd/forty-queries',
    );
    expect(summary([sampleResult()])).toBe('2 expectations: 2 confirmed; all as expected');
  });
});

describe('unexpected violations', () => {
  const canvas = { width: 120, colour: false };
  const refuted = sampleResult({ expectations: [sampleExpectation({ verdict: 'refuted' })] });

  it('are told by the first, with the count of the others and the command that shows them again', () => {
    expect(unexpectedViolations([refuted], canvas)).toBe(
      [
        '✗ no-task-lost   zpopmin-loss × zpopmin-then-token   seed 1',
        '  t4 failed after 1.2 ms without having run, and is in no queue (and 1 more)',
        '  replay   npx windtunnel scenario zpopmin-loss --design zpopmin-then-token --seed 1',
      ].join('\n'),
    );
  });

  it('of several seeds are told by the first seed that shows them', () => {
    const over = overSeeds([refuted, { ...refuted, seed: 2 }]);
    expect(unexpectedViolations([over], canvas)).toContain('(violated on 2 of 2 seeds)');
  });

  it('are none where all came out as expected, whatever was violated', () => {
    expect(unexpectedViolations([sampleResult()], canvas)).toBe('');
  });
});
