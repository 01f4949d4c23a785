import { describe, expect, it } from 'vitest';
import { switchesOf } from '../../src/explore/choices.ts';
import { exploreExhaustively } from '../../src/explore/explore-exhaustively.ts';
import type { Finding } from '../../src/explore/finding.ts';
import { replay } from '../../src/explore/replay.ts';
import { queueScenario } from '../scenario/written.ts';

const pollers = { pool: 'polling', workers: 10 };
const scenario = queueScenario({
  workload: {
    types: { job: { limit: 3, handlerMs: 5000 } },
    arrivals: [{ type: 'job', count: 12, atMs: 300, everyMs: 100 }],
  },
  designs: [
    { ...pollers, claims: 'single-queue-lock' },
    { ...pollers, claims: 'leased-script' },
    { ...pollers, claims: 'zpopmin-then-token' },
    { claims: 'partitioned-log', pool: 'blocking', workers: 2 },
  ],
  invariants: ['no-task-lost', 'no-duplicate-execution'],
});

async function findingOf(design: string, options: Parameters<typeof exploreExhaustively>[1] = {}): Promise<Finding> {
  const { designs } = await exploreExhaustively(scenario, { designs: [design], ...options });
  const finding = designs[0]?.findings[0];
  if (finding === undefined) throw new Error('nothing was found');
  return finding;
}

describe('exploreExhaustively', { timeout: 120_000 }, () => {
  it('makes the scope small by itself, and says which designs it leaves out', async () => {
    const { designs, skipped } = await exploreExhaustively(scenario, { tasks: 1 });
    expect(skipped).toEqual(['partitioned-log']);
    expect(designs.map(({ design, verdict, scope }) => [design, verdict, scope.workers, scope.tasks])).toEqual([
      ['single-queue-lock', 'violated', 2, 1],
      ['leased-script', 'holds', 2, 1],
      ['zpopmin-then-token', 'holds', 2, 1],
    ]);
  });

  it('shrinks what it finds to a smaller scope, and to a schedule in which hosts take turns less often', async () => {
    const finding = await findingOf('single-queue-lock', { workers: 3 });
    expect(finding).toMatchObject({
      invariant: 'no-duplicate-execution',
      found: { tasks: 2, workers: 3 },
      size: { tasks: 1, workers: 2 },
      isMinimal: true,
    });
    const { found, size, spec, messages } = finding;
    expect(size.switches).toBe(switchesOf(spec.choices?.steps ?? []));
    expect(size.switches).toBeLessThan((found.switches ?? 0) / 2);
    // One reads the head of the queue before the other claims it, and claims it afterwards.
    const asked = messages?.map(({ host, text }) => `${host} ${text.split(' ')[0]}`) ?? [];
    const [first, second] = ['set', 'set'].map((_, nth) => asked.filter((each) => each.endsWith(' set'))[nth]);
    expect(first).not.toBe(second);
    expect(asked.lastIndexOf(`${second?.split(' ')[0]} zrange`)).toBeLessThan(asked.indexOf(first as string));
  });

  it('finds a schedule that can be run again, to the same history', async () => {
    const finding = await findingOf('single-queue-lock', { tasks: 1 });
    const again = await replay(JSON.parse(JSON.stringify(finding)) as Finding, scenario);
    expect(again).toMatchObject({ isSame: true, violation: { message: finding.message } });
    // Without the second worker the rest of the schedule goes as it can.
    const alone = await replay({ ...finding, spec: { ...finding.spec, workers: 1, processes: 1 } }, scenario);
    expect(alone).toMatchObject({ isSame: false, violation: undefined });
  });

  it('tells a fault that the design does not claim to survive from a bug, and keeps it in the run', async () => {
    const options = { designs: ['zpopmin-then-token'], tasks: 1, faults: ['crash'] };
    const { designs } = await exploreExhaustively(scenario, options);
    const { verdict, findings = [] } = designs[0] ?? {};
    expect(verdict).toBe('out of contract');
    // A task may be lost before it is claimed, before it is run, and while it is.
    expect(findings.map(({ invariant }) => invariant)).toEqual(['no-task-lost', 'no-task-lost', 'no-task-lost']);
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
    for (const finding of findings) {
      expect(finding).toMatchObject({
        verdict: 'out of contract',
        size: { faults: 1, workers: 2 },
        spec: { faults: [{ kind: 'crash' }], choices: { maxFaults: 1 } },
      });
      expect(await replay(finding, scenario)).toMatchObject({ isSame: true, violation: { message: finding.message } });
    }
  });

  it('is inconclusive when its time is over, with a share of it for every design', async () => {
    let nowMs = 0;
    const options = { designs: ['leased-script', 'leased-script'], timeMs: 60, nowMs: () => nowMs++ };
    const { designs } = await exploreExhaustively(scenario, options);
    expect(designs.map(({ verdict, cutBy }) => [verdict, cutBy])).toEqual([
      ['inconclusive', 'time'],
      ['inconclusive', 'time'],
    ]);
    const [first, second] = designs.map(({ schedules, pruned }) => schedules + pruned);
    expect(Math.abs((first ?? 0) - (second ?? 0))).toBeLessThan(10);
  });

  it('refuses what it cannot search, in one line that says what it can', async () => {
    const refused = (options: object) => expect(exploreExhaustively(scenario, options)).rejects;
    await refused({ faults: ['pause'] }).toThrow("knows no fault 'pause'; it knows: crash, request-lost, reply-lost");
    await refused({ tasks: 13 }).toThrow('sound has 12 tasks, not 13: try --tasks 12');
    await refused({ designs: ['partitioned-log'] }).toThrow('nobody knows what commutes: try --schedule random');
    await refused({ faults: ['crash'], workers: 1 }).toThrow('then nobody is left: add a worker');
    await refused({ designs: ['nobody'] }).toThrow("has no design 'nobody'");
  });
});
