import { describe, expect, it } from 'vitest';
import type { DesignExploration, Exploration } from '../../src/explore/explore.ts';
import type { DesignExhaustion, ExhaustiveExploration } from '../../src/explore/explore-exhaustively.ts';
import type { Finding } from '../../src/explore/finding.ts';
import { exhaustionText } from '../../src/report/exhaustion.ts';
import { explorationText } from '../../src/report/exploration.ts';
import { columnsOf } from '../../src/report/wrap.ts';

const WIDTHS = [60, 80, 120];
const plain = (width: number) => ({ width, colour: false });
const FILES = { json: 'out/it.json', test: 'out/it.test.ts' };

const finding: Finding = {
  id: 'it',
  scenario: 'loss',
  design: 'pop',
  invariant: 'no-task-lost',
  message: 't1 (email) was marked failed at 2 ms and never ran',
  shape: 't# (email) was marked failed at # ms and never ran',
  verdict: 'violated',
  isPromised: true,
  spec: { scenario: 'loss', design: 'pop', seed: 4, faults: [], holds: [] },
  historyHash: 'cafe',
  events: [
    { timeUs: 0, kind: 'submitting', task: 't1', type: 'email', priority: 0 } as never,
    { timeUs: 1000, kind: 'claimed', worker: 'worker-1', task: 't1', type: 'email' } as never,
    { timeUs: 2000, kind: 'status', task: 't1', from: 'processing', to: 'failed' } as never,
  ],
  proof: [2],
  found: { seed: 3, tasks: 12, workers: 10, faults: 0, holds: 5 },
  size: { tasks: 1, workers: 2, faults: 0, holds: 0 },
  tries: 20,
  isMinimal: true,
  versions: { windtunnel: '1', node: '20' },
};

function design(changes: Partial<DesignExploration> = {}): DesignExploration {
  return {
    design: 'pop',
    verdict: 'holds',
    invariants: ['no-task-lost'],
    survives: [],
    runs: 2,
    findings: [],
    coverage: { kinds: [], points: [], counts: [] },
    gaps: [],
    ...changes,
  };
}

function exploration(designs: readonly DesignExploration[], changes: Partial<Exploration> = {}): Exploration {
  return {
    scenario: 'loss',
    schedule: 'random',
    faults: [],
    firstSeed: 1,
    seeds: 2,
    shard: { index: 1, of: 1 },
    designs,
    nondeterminism: null,
    ...changes,
  };
}

const disturbed = design({
  verdict: 'inconclusive',
  survives: ['crash'],
  coverage: {
    kinds: ['crash', 'redis-restart', 'message-doubled', 'handler-blocks'],
    points: ['claimed', 'message', 'handler'],
    counts: [
      [3, 0, null, null],
      [null, null, 1, null],
      [null, null, null, 2],
    ],
  },
  gaps: [{ point: 'claimed', kind: 'redis-restart' }],
});

describe('explorationText', () => {
  it('is one line for a design that holds, and one for what was searched', () => {
    expect(explorationText(exploration([design()]), plain(80))).toBe(
      'pop   ✓ holds             2 runs\nloss: seeds 1 to 2; schedule random; no faults but the scenario’s own',
    );
  });

  it('counts one run and one seed as one', () => {
    const text = explorationText(exploration([design({ runs: 1 })], { seeds: 1 }), plain(80));
    expect(text).toContain('1 run\n');
    expect(text).toContain('loss: seed 1; ');
  });

  it('prints a finding with its story and how to see it again, before the verdicts', () => {
    const found = exploration([design({ verdict: 'violated', findings: [finding] })]);
    const text = explorationText(found, plain(120), new Map([['it', FILES]]));
    expect(text).toMatch(
      /^✗ no-task-lost {3}loss × pop {3}seed 3 → 4 {3}\(shrunk: 12 tasks → 1, 10 workers → 2, 5 holds → 0\)\n/,
    );
    expect(text).toMatch(/2\.000 ms {3}worker-1 {3}t1 → failed {3}←\n/);
    expect(text).toMatch(/replay {5}npx windtunnel replay out\/it\.json\n/);
    expect(text.indexOf('✗ violated')).toBeGreaterThan(text.indexOf('replay'));
  });

  it('says of a finding out of contract that it is none of the design’s bugs', () => {
    const outside: Finding = {
      ...finding,
      verdict: 'out of contract',
      spec: { ...finding.spec, faults: [{ kind: 'crash', host: 'app-1', atMs: 1 }] },
    };
    const text = explorationText(
      exploration([design({ verdict: 'out of contract', findings: [outside] })]),
      plain(120),
    );
    expect(text).toContain('✗ no-task-lost, out of contract');
    expect(text).toContain('(the design does not claim to survive this)');
    expect(text).toContain('   crash: app-1, at 1 ms\n');
    expect(text).toContain('○ out of contract');
  });

  it('names what was not covered, and shows every pair that was', () => {
    const text = explorationText(exploration([disturbed], { faults: ['crash'] }), plain(120));
    expect(text).toContain('? inconclusive      2 runs; 3 of 4 pairs');
    expect(text).toContain('not covered: redis-restart after claimed\n');
    expect(text).toMatch(/\n {2}claimed +3 +·\n {2}message +1\n {2}handler +2\n\nloss: /);
  });

  it.each(WIDTHS)('keeps within %i columns but for what is copied from it, and loses no kind of fault', (width) => {
    const faults = disturbed.coverage.kinds;
    const found = exploration([{ ...disturbed, verdict: 'violated', findings: [finding] }], { faults });
    const lines = explorationText(found, plain(width), new Map([['it', FILES]])).split('\n');
    for (const line of lines) expect(columnsOf(line), line).toBeLessThanOrEqual(width);
    const header = lines.filter((line) => /^ {4,}/.test(line)).join(' ');
    for (const kind of faults) expect(header).toContain(kind);
  });

  it('puts a seed with two histories before all verdicts', () => {
    const spec = { ...finding.spec, seed: 9 };
    const text = explorationText(
      exploration([design()], { nondeterminism: { spec, divergence: undefined } }),
      plain(120),
    );
    expect(text).toMatch(/^✗ one seed, two histories {3}pop {3}seed 9\n/);
  });
});

function exhaustion(changes: Partial<DesignExhaustion> = {}): DesignExhaustion {
  return {
    design: 'leased',
    verdict: 'holds',
    spec: finding.spec,
    scope: { workers: 3, processes: 3, tasks: 2, maxFaults: 1, faults: ['crash'] },
    invariants: ['no-task-lost'],
    notJudged: [],
    schedules: 812,
    pruned: 3,
    depth: 40,
    left: 0,
    cutBy: null,
    survives: ['crash'],
    findings: [],
    ...changes,
  };
}

function exhaustive(...designs: readonly DesignExhaustion[]): ExhaustiveExploration {
  return { scenario: 'loss', schedule: 'exhaustive', seed: 1, limit: 1, designs, skipped: [] };
}

describe('exhaustionText', () => {
  it('says that all schedules were visited only where they were', () => {
    const done = exhaustionText(exhaustive(exhaustion()), plain(120));
    expect(done).toContain(
      '✓ holds             3 workers, 2 tasks, at most 1 fault (crash): all 812 schedules visited, 0 violations\n',
    );
    const cut = exhaustion({ verdict: 'inconclusive', cutBy: 'time', left: 7 });
    const text = exhaustionText(exhaustive(cut), plain(160));
    expect(text).toContain('812 schedules visited, at least 7 left (out of time), 0 violations');
    expect(text).not.toContain('all 812');
  });

  it('names what was not judged, which designs were left out, and processes where the pool sizes itself', () => {
    const scope = { workers: 0, processes: 2, tasks: 1, maxFaults: 0, faults: [] };
    const given = exhaustive(exhaustion({ scope, schedules: 1, notJudged: ['fifo-per-type'] }));
    const text = exhaustionText({ ...given, skipped: ['partitioned-log'] }, plain(160));
    expect(text).toContain('2 processes, 1 task: the only schedule visited, 0 violations');
    expect(text).toContain('not judged: fifo-per-type');
    expect(text).toContain('not searched: partitioned-log, which live on a log');
  });

  it('prints its findings as any search does, with what Redis was asked in between', () => {
    const messages = [
      { timeUs: 0, before: 1, host: 'app-1', text: 'zpopmin queue' },
      { timeUs: 0, before: 1, host: 'app-1', text: 'multi' },
      { timeUs: 0, before: 1, host: 'app-1', text: 'hset task:t1 status processing' },
      { timeUs: 2000, before: 2, host: 'app-2', text: 'task-lock.release lock:t1' },
    ];
    const violated = exhaustion({ verdict: 'violated', findings: [{ ...finding, messages }] });
    const text = exhaustionText(exhaustive(violated), plain(120), new Map([['it', FILES]]));
    expect(text).toMatch(/client {5}submits t1 .*\n +0\.000 ms {3}app-1 {6}ZPOPMIN queue, HSET task:t1\n.*claims t1\n/);
    expect(text).toMatch(/app-2 {6}task-lock\.release lock:t1\n.*t1 → failed {3}←\n/);
    expect(text).toContain('1 kind of violation');
  });

  it.each(WIDTHS)('keeps within %i columns', (width) => {
    const given = exhaustive(exhaustion({ notJudged: ['fifo-per-type', 'priority-order', 'no-lost-wakeup'] }));
    for (const line of exhaustionText(given, plain(width)).split('\n')) {
      expect(columnsOf(line), line).toBeLessThanOrEqual(width);
    }
  });
});
