import { beforeAll, describe, expect, test } from 'vitest';
import { type InterleavingFinding, replayInterleaving } from '../../src/explore/interleaving-finding.ts';
import { runInterleaving } from '../../src/explore/interleaving-run.ts';
import {
  type DesignInterleavings,
  exploreInterleavings,
  type InterleavingOptions,
} from '../../src/explore/interleaving-search.ts';
import { interleavingText, visited } from '../../src/report/interleaving.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { RunnerScenario } from '../../src/scenario/scenario.ts';

const ID = 'runner-lost-wakeup';
let scenario: RunnerScenario;
beforeAll(async () => {
  scenario = (await loadScenario(ID)) as RunnerScenario;
});

async function explored(design: string, options: InterleavingOptions = {}): Promise<DesignInterleavings> {
  const { designs } = await exploreInterleavings(scenario, ID, { designs: [design], ...options });
  return designs[0] as DesignInterleavings;
}

async function found(design: string, options: InterleavingOptions = {}): Promise<InterleavingFinding> {
  const { findings } = await explored(design, { stops: true, ...options });
  return findings[0] as InterleavingFinding;
}

describe('the search for interleavings of the sequenced runner', () => {
  test('the loop without the double check loses a wake-up with one preemption, two tasks and two callers', async () => {
    const finding = await found('without-double-check');
    expect(interleavingText(finding, { width: 120, colour: false }).split('\n')).toEqual([
      '✗ no-task-lost   runner-lost-wakeup × without-double-check   1 preemption   (shrunk: 6 tasks → 2, 2 callers)',
      '  t1 (step) was accepted at 0 ms and never ran: no worker claimed it (the scenario asks for it, the design does not',
      '  promise it)',
      '',
      '     who         what',
      '     caller #2   posts t2',
      '     caller #2   queue.push(t2)',
      '     caller #2   running.compareAndSwap(0, 1) → true',
      '     caller #2   t2 is accepted',
      '     run loop    running.load() → 1',
      '     run loop    queue.pop() → t2',
      '     run loop    runs t2',
      '     run loop    has run t2: success',
      '     run loop    queue.peek() → nothing',
      '   ⇄ run loop    is stopped before running.store(0)',
      '     caller      posts t1',
      '     caller      queue.push(t1)',
      '     caller      running.compareAndSwap(0, 1) → false',
      '     caller      t1 is accepted   ←',
      '     run loop    running.store(0)',
      '   = t1 (step) was accepted at 0 ms and never ran: no worker claimed it',
    ]);
  });

  test('the refactored loop needs no preemption, and one caller', async () => {
    const { spec } = await found('refactored');
    expect(spec).toMatchObject({ delays: [], sizes: { 'tasks 1': 2, 'callers 1': 1 } });
  });

  test('the sound loop holds in every schedule with at most two delays, and says how many there were', async () => {
    const sound = await explored('sound', { delays: 2 });
    expect(sound).toMatchObject({ verdict: 'holds', complete: 2, findings: [] });
    expect(visited(sound)).toMatch(/^all 3\d\d schedules with at most 2 delays visited, 0 violations$/);
  });

  test('a finding replays as the very same run, also when nobody writes down who does what', async () => {
    const finding = await found('without-double-check');
    const written = JSON.parse(JSON.stringify(finding)) as InterleavingFinding;
    const again = await replayInterleaving(written, scenario);
    expect(again).toMatchObject({ isSame: true, finding: { steps: finding.steps } });
    expect(again.violation?.message).toBe(finding.message);
    const untold = await runInterleaving(scenario, finding.spec, [finding.invariant]);
    expect(untold.historyHash).toBe(finding.historyHash);
    const without = await runInterleaving(scenario, { ...finding.spec, delays: [] }, [finding.invariant]);
    expect(without.breaches).toEqual([]);
  });

  test('a finding that no longer breaks says so', async () => {
    const finding = await found('without-double-check');
    const repaired = await replayInterleaving(
      { ...finding, spec: { ...finding.spec, design: 'double-check' } },
      scenario,
    );
    expect(repaired).toMatchObject({ isSame: false, violation: undefined });
  });
});

test('a repair that breaks between two counters is found with one preemption, and the smallest pool', async () => {
  const gap = (await loadScenario('runner-graceful-gap')) as RunnerScenario;
  const { designs } = await exploreInterleavings(gap, gap.id, { delays: 1 });
  const [graceful, sound] = designs as [DesignInterleavings, DesignInterleavings];
  expect(sound.verdict).toBe('holds');
  const [finding] = graceful.findings as [InterleavingFinding];
  expect(finding.spec.delays).toHaveLength(1);
  expect(finding.steps.filter(({ kind }) => kind === 'switch')).toEqual([
    { kind: 'switch', who: 'runner-1', before: expect.stringMatching(/^activeCount\.add\(1\)$/) },
  ]);
});

test('a full channel is made as small as the tasks that overfill it', async () => {
  const flood = (await loadScenario('runner-flood')) as RunnerScenario;
  const { designs } = await exploreInterleavings(flood, flood.id, { designs: ['lose'], delays: 0 });
  expect(designs[0]?.findings[0]?.spec.sizes).toEqual({ 'tasks 1': 2, 'callers 1': 1, capacity: 1 });
});
