import { describe, expect, it } from 'vitest';
import { invariant, judgeExpectations, judgeInvariants } from '../../src/scenario/judge.ts';
import { asExpected, type JudgedExpectation, type ScenarioResult } from '../../src/scenario/result.ts';
import type { FigureExpectation } from '../../src/scenario/scenario.ts';
import { started, submitted, written } from '../history/written.ts';
import { queueScenario, runOf } from './written.ts';

/** Confirmed where ten tasks or more were completed. */
function ten(changes: Partial<FigureExpectation> = {}): FigureExpectation {
  return {
    id: 'ten',
    documented: 'ten complete',
    on: 'single-queue-lock',
    measure: ({ metrics }) => ({ measured: `${metrics.completed} complete`, confirmed: metrics.completed >= 10 }),
    ...changes,
  };
}

function judge(expectation: FigureExpectation, completed: Record<string, number>, timeScale = 1): JudgedExpectation {
  const runs = Object.entries(completed).map(([design, count]) => runOf(design, count));
  const [judged] = judgeExpectations(queueScenario({ expectations: [expectation] }), runs, { name: 'sim', timeScale });
  return judged as JudgedExpectation;
}

const both = { 'it is early': 'single-queue-lock', 'it is late': 'second' };

describe('an expectation of a figure', () => {
  it('is confirmed or refuted by what was measured', () => {
    expect(judge(ten(), { 'single-queue-lock': 10 })).toEqual({
      id: 'ten',
      source: 'a test',
      documented: 'ten complete',
      measured: '10 complete',
      verdict: 'confirmed',
      expected: 'confirmed',
      why: '',
      figure: undefined,
      designs: ['single-queue-lock'],
    });
    expect(judge(ten(), { 'single-queue-lock': 9 }).verdict).toBe('refuted');
  });

  it('carries its own source and the verdict that the scenario stands by', () => {
    const judged = judge(ten({ source: 'elsewhere', verdict: 'refuted' }), { 'single-queue-lock': 9 });
    expect(judged).toMatchObject({ source: 'elsewhere', expected: 'refuted', verdict: 'refuted' });
  });

  it.each([
    [{ 'single-queue-lock': 10, second: 10 }, 'confirmed', 'it is early: 10 complete; it is late: 10 complete'],
    [{ 'single-queue-lock': 1, second: 2 }, 'refuted', 'it is early: 1 complete; it is late: 2 complete'],
    [
      { 'single-queue-lock': 1, second: 10 },
      'confirmed only if it is late',
      'it is early: 1 complete; it is late: 10 complete',
    ],
  ])('on two readings %o is %s', (completed, verdict, measured) => {
    expect(judge(ten({ on: both }), completed)).toMatchObject({
      verdict,
      measured,
      designs: ['single-queue-lock', 'second'],
    });
  });

  it('names every reading that confirms it', () => {
    const on = { a: 'one', b: 'two', c: 'three' };
    expect(judge(ten({ on }), { one: 10, two: 0, three: 10 }).verdict).toBe('confirmed only if a, or c');
  });

  it('is not judged where one of its runs is missing, its own or another that it compares with', () => {
    expect(judge(ten({ on: both }), { second: 10 })).toMatchObject({
      verdict: 'not judged',
      measured: 'no run of single-queue-lock',
    });
    const compares = ten({ measure: (_, other) => ({ measured: other('second').design, confirmed: true }) });
    expect(judge(compares, { 'single-queue-lock': 10 })).toMatchObject({
      verdict: 'not judged',
      measured: 'no run of second',
    });
  });

  it('that needs true time is not judged under a shortened clock, and is under a true one', () => {
    const exact = ten({ needsTrueTime: true });
    expect(judge(exact, { 'single-queue-lock': 10 }, 0.01)).toMatchObject({
      verdict: 'not judged',
      measured: 'needs --time-scale 1, this is 0.01',
    });
    expect(judge(exact, { 'single-queue-lock': 10 }).verdict).toBe('confirmed');
    expect(judge(ten(), { 'single-queue-lock': 10 }, 0.01).verdict).toBe('confirmed');
  });

  it('an error of a measure is not swallowed', () => {
    const broken = ten({
      measure: () => {
        throw new TypeError('broken');
      },
    });
    expect(() => judge(broken, { 'single-queue-lock': 1 })).toThrow('broken');
  });
});

describe('an invariant', () => {
  const lossy = written([0, submitted('t1')], [1, submitted('t2')], [2, started('t2', 'w1')]);

  it('is judged on a history, with its violations', () => {
    const [lost, limit] = judgeInvariants(['no-task-lost', 'concurrency-limit'], lossy);
    expect(lost).toMatchObject({ id: 'no-task-lost', verdict: 'violated' });
    expect(lost?.violations).toHaveLength(2);
    expect(limit).toEqual({ id: 'concurrency-limit', verdict: 'holds', violations: [] });
  });

  it.each([
    ['holds', lossy, 'refuted', 'violated 2 times'],
    ['violated', lossy, 'confirmed', 'violated 2 times'],
    ['violated', written([0, submitted('t1')]), 'confirmed', 'violated once'],
    ['holds', written(), 'confirmed', 'holds'],
    ['violated', written(), 'refuted', 'holds'],
  ] as const)('that is expected to be %s is judged so', (expected, history, verdict, measured) => {
    const scenario = queueScenario({
      expectations: [
        { id: 'safe', documented: 'safe', on: 'single-queue-lock', invariant: 'no-task-lost', expect: expected },
      ],
    });
    const run = runOf('single-queue-lock', 0, { invariants: judgeInvariants(['no-task-lost'], history) });
    expect(judgeExpectations(scenario, [run], { name: 'sim', timeScale: 1 })[0]).toMatchObject({ verdict, measured });
  });

  it.each([
    ['holds', lossy, 'not judged'],
    ['violated', lossy, 'confirmed'],
    ['holds', written(), 'confirmed'],
    ['violated', written(), 'not judged'],
  ] as const)(
    'that is expected to be %s counts on ioredis-mock only where it came out so',
    (wanted, history, verdict) => {
      const scenario = queueScenario({
        expectations: [
          { id: 'safe', documented: 'safe', on: 'single-queue-lock', invariant: 'no-task-lost', expect: wanted },
          ten(),
        ],
      });
      const run = runOf('single-queue-lock', 10, { invariants: judgeInvariants(['no-task-lost'], history) });
      const judged = judgeExpectations(scenario, [run], { name: 'mock', timeScale: 0.01 });
      expect(judged.map((each) => each.verdict)).toEqual([verdict, 'not judged']);
    },
  );

  it('that nobody knows is refused with those that there are', () => {
    expect(() => invariant('magic')).toThrow("there is no invariant 'magic'; there are: no-task-lost,");
    expect(invariant('no-token-leak').id).toBe('no-token-leak');
  });
});

describe('a scenario', () => {
  const result = (...verdicts: JudgedExpectation['verdict'][]) =>
    ({ expectations: verdicts.map((verdict) => ({ verdict, expected: 'refuted' })) }) as unknown as ScenarioResult;

  it('came out as expected when every verdict is the one it stands by; what was not judged does not count', () => {
    expect(asExpected(result('refuted', 'not judged'))).toBe(true);
    expect(asExpected(result('refuted', 'confirmed'))).toBe(false);
    expect(asExpected(result())).toBe(true);
  });
});
