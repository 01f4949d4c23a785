import { describe, expect, it } from 'vitest';
import { type ExhaustOptions, exhaust, replayChoices } from '../../src/explore/exhaustive.ts';
import type { RunSpec } from '../../src/explore/run-spec.ts';
import { exhaustionSentence } from '../../src/report/exhaustion.ts';
import type { QueueDesign, QueueScenario } from '../../src/scenario/scenario.ts';
import { queueScenario } from '../scenario/written.ts';

const SAFETY = ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit'];

/** Two pollers, so many tasks of which one may run at a time, all at the very beginning. */
function small(claims: string, tasks: number, changes: Partial<QueueDesign> = {}): [QueueScenario, RunSpec] {
  const scenario = queueScenario({
    workload: { types: { job: { limit: 1, handlerMs: 0 } }, arrivals: [{ type: 'job', count: tasks }] },
    designs: [{ claims, pool: 'polling', workers: 2, ...changes }],
    invariants: SAFETY,
  });
  return [scenario, { scenario: scenario.id, design: claims, seed: 1, faults: [], holds: [] }];
}

async function statesOf(given: [QueueScenario, RunSpec], options: ExhaustOptions) {
  const states = new Set<string>();
  const result = await exhaust(...given, { ...options, onSchedule: (state) => states.add(state) });
  return { states: [...states].sort(), result };
}

describe('exhaust', { timeout: 120_000 }, () => {
  it('says that it has visited every schedule of a design that holds', async () => {
    const result = await exhaust(...small('leased-script', 1));
    expect(result).toMatchObject({ verdict: 'holds', cutBy: null, left: 0, violations: [] });
    expect(exhaustionSentence(result)).toMatch(/^2 workers, 1 task: all \d\d schedules visited, 0 violations$/);
  });

  it('comes to the same ends, and to as many schedules, as a search that begins all orders', async () => {
    const reduced = await statesOf(small('leased-script', 1), {});
    const full = await statesOf(small('leased-script', 1), { reduction: 'sleep-sets' });
    expect(reduced.states).toEqual(full.states);
    expect(reduced.result.schedules).toBe(full.result.schedules);
    expect(reduced.result.pruned * 10).toBeLessThan(full.result.pruned);
  });

  it('finds the task that is popped for want of a token, and can play that schedule again', async () => {
    const [scenario, spec] = small('zpopmin-then-token', 2);
    const result = await exhaust(scenario, spec);
    const [violation] = result.violations;
    expect(result.verdict).toBe('violated');
    expect(violation).toMatchObject({ invariant: 'no-task-lost', isInContract: true, faults: [] });
    const again = await replayChoices(scenario, spec, violation?.choices ?? []);
    expect(again).toContainEqual(violation);
  });

  it('finds the stale head with one task, where a second look at the status leaves none', async () => {
    const stale = await exhaust(...small('single-queue-lock', 1), { all: true, invariants: SAFETY });
    expect(stale.violations.map(({ invariant }) => invariant)).toEqual(['no-duplicate-execution']);
    expect(stale.cutBy).toBeNull();
    const again = await exhaust(...small('random-offset-lock', 1));
    expect(again).toMatchObject({ verdict: 'holds', left: 0 });
  });

  it('lets a host die at every step: a lease brings the task back, a pop does not', async () => {
    const options = { maxFaults: 1, invariants: ['no-task-lost', 'concurrency-limit'], all: true };
    const leased = await exhaust(...small('leased-script', 1, { claimParameters: { leaseMs: 1500 } }), options);
    expect(leased).toMatchObject({ verdict: 'holds', violations: [] });
    expect(exhaustionSentence(leased)).toMatch(
      /^2 workers, 1 task, at most 1 fault \(crash\): all \d+ schedules visited/,
    );
    const pops = small('zpopmin-then-token', 1);
    const popped = await exhaust(...pops, options);
    expect(popped.verdict).toBe('out of contract');
    const [violation] = popped.violations;
    expect(violation).toMatchObject({ invariant: 'no-task-lost', faults: [{ kind: 'crash' }] });
    expect(await replayChoices(...pops, violation?.choices ?? [], options)).toContainEqual(violation);
  });

  it('loses any request and any reply: a submission that is sent again changes nothing', async () => {
    const options = { maxFaults: 1, faults: ['request-lost', 'reply-lost'] as const, all: true };
    const result = await exhaust(...small('leased-script', 1, { workers: 1, claimParameters: { leaseMs: 1500 } }), {
      ...options,
      invariants: ['no-task-lost', 'concurrency-limit'],
    });
    expect(result).toMatchObject({ verdict: 'holds', violations: [], left: 0 });
    expect(result.schedules).toBeGreaterThan(10);
  });

  it('is inconclusive where a bound ends it, and says how much is left', async () => {
    const deep = await exhaust(...small('leased-script', 1), { depth: 5 });
    expect(deep).toMatchObject({ verdict: 'inconclusive', cutBy: 'depth' });
    expect(deep.left).toBeGreaterThan(0);
    let calls = 0;
    const late = await exhaust(...small('leased-script', 1), { timeMs: 3, nowMs: () => calls++ });
    expect(late).toMatchObject({ verdict: 'inconclusive', cutBy: 'time', schedules: 3 });
    expect(exhaustionSentence(late)).toMatch(/3 schedules visited, at least \d+ left \(out of time\), 0 violations$/);
  });
});
