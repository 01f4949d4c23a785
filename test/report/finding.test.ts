import { describe, expect, it } from 'vitest';
import { findingText } from '../../src/report/finding.ts';
import type { Hold } from '../../src/scenario/hold.ts';
import {
  claimed,
  emptyPoll,
  finished,
  started,
  status,
  struck,
  submitted,
  submitting,
  timed,
  writtenFinding,
} from './written-finding.ts';

const canvas = { width: 100, colour: false };
const hold = (nth: number): Hold => ({ host: 'app-1', way: 'reply', command: 'set', nth, byUs: 300 });

describe('a finding as text', () => {
  it('says what is broken, in which run, how it was found, what happens in it, and how to see it again', () => {
    const finding = writtenFinding({
      faults: [{ kind: 'crash', host: 'app-1', on: { event: 'claimed', nth: 1 }, downMs: 1 }],
      verdict: 'out of contract',
      isPromised: false,
      events: timed(
        [0, submitting('t1')],
        [0.3, submitted('t1')],
        [1, claimed('t1', 'worker-1')],
        [1, { kind: 'host-crashed', host: 'app-1' }],
        [2, { kind: 'host-restarted', host: 'app-1' }],
        [3, emptyPoll('worker-1')],
        [1003, emptyPoll('worker-1')],
      ),
      proof: [0, 2],
    });
    expect(findingText(finding, canvas, { json: 'a.json', test: 'a.test.ts', timeline: 'a.svg' }).split('\n')).toEqual([
      '✗ no-task-lost, out of contract   by-hand × some-design   seed 7',
      '  (shrunk: 12 tasks → 1, 10 workers → 1, 3 faults → 1, 41 holds → 0)',
      '  t1 (email) never ran (the design does not claim to survive this; the scenario asks for it, the',
      '  design does not promise it)',
      '',
      '   crash: app-1, on its 1st claimed, up again after 1 ms',
      '',
      '   time       who        what',
      '   0.000 ms   client     submits t1 (email)',
      '   1.000 ms   worker-1   claims t1   ←',
      '   1.000 ms   app-1      dies',
      '   2.000 ms   app-1      boots again',
      '   3.000 ms   worker-1   asks 2 times more, until 1003 ms, and finds nothing',
      '',
      '   replay     npx windtunnel replay a.json',
      '   test       a.test.ts',
      '   timeline   a.svg',
    ]);
  });

  it('leaves out of a long story what is about other tasks, never a fault, and shows where', () => {
    const others = Array.from(
      { length: 60 },
      (_, index) => [10 + index, started(`t${index + 10}`, 'worker-2')] as const,
    );
    const events = timed(
      [0, submitting('t1')],
      [1, struck({ kind: 'script-flush', atMs: 1 })],
      ...others,
      [90, started('t1', 'worker-1')],
      [91, started('t1', 'worker-2')],
    );
    const text = findingText(writtenFinding({ events, proof: [0, 62, 63] }), canvas);
    expect(text).toContain('redis      forgets its scripts');
    expect(text).not.toContain('t10');
    expect(text).toMatch(/scripts\n +…\n +90\.000 ms {3}worker-1 {3}runs t1\n +91\.000 ms {3}worker-2 {3}runs t1 {3}←/);
  });

  it('shows the beginning and what is about the proof where all of a long story may matter', () => {
    const tokens = (index: number) => ({ kind: 'token-acquired', type: 'email', token: `app-1.${index}` });
    const events = timed(
      ...Array.from({ length: 100 }, (_, index) => [index, started(`t${index}`, 'worker-1')] as const),
      [100, tokens(1)],
      [101, tokens(2)],
      ...Array.from({ length: 30 }, (_, index) => [200 + index, started(`t${index}`, 'worker-1')] as const),
    );
    const text = findingText(writtenFinding({ invariant: 'no-token-leak', events, proof: [101] }), canvas);
    expect(text).toContain('takes token app-1.2 of email   ←');
    expect(text).not.toContain('app-1.1');
    expect(text).toContain('   0.000 ms   worker-1   runs t0');
    expect(text.split('\n').length).toBeLessThan(60);
  });

  it('names the first of many faults and holds, and counts the rest', () => {
    const holds = Array.from({ length: 30 }, (_, index) => hold(index + 1));
    const finding = writtenFinding();
    const text = findingText({ ...finding, isMinimal: false, spec: { ...finding.spec, holds } }, canvas);
    expect(text).toContain('hold: app-1, the reply to its 12th set arrives 0.3 ms later\n   and 18 more');
    expect(text).toContain('shrinking was given up');
  });

  it('breaks a long line below what it is about', () => {
    const error = 'READONLY You can’t write against a read only replica, and this goes on for longer than a line';
    const events = timed([1, { kind: 'poll-failed', worker: 'worker-1', error }]);
    const text = findingText(writtenFinding({ events, proof: [0] }), { ...canvas, width: 80 });
    expect(
      Math.max(
        ...text
          .split('\n')
          .slice(2)
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(84);
    expect(text).toMatch(/cannot ask for a task: .*\n {23,}\S/);
  });

  it('does not ask who finds nothing where the task in question has ended', () => {
    const events = timed(
      [1, started('t1', 'worker-1')],
      [2, finished('t1', 'worker-1')],
      [2, status('t1', 'processing', 'success')],
      [3, emptyPoll('worker-1')],
    );
    expect(findingText(writtenFinding({ events, proof: [0] }), canvas)).not.toContain('finds nothing');
  });
});
