import { describe, expect, it } from 'vitest';
import { type Exploration, type ExploreOptions, explore, shardFrom } from '../../src/explore/explore.ts';
import { faultMenu } from '../../src/explore/fault-plan.ts';
import { mergeExplorations } from '../../src/explore/merge.ts';
import { replay } from '../../src/explore/replay.ts';
import { UsageError } from '../../src/scenario/usage-error.ts';
import { queueScenario, wakeupScenario } from '../scenario/written.ts';

/** Two designs, quick to run: one that loses what it claims when its process dies, and one that does not. */
/** What a run waits for before it is given up is three times the longest of a design's durations. */
const poolParameters = { intervalMs: 250, recoverIntervalMs: 1000 };
const scenario = queueScenario({
  workload: { types: { email: { limit: 2, handlerMs: [5, 20] } }, arrivals: [{ type: 'email', count: 3, atMs: 1 }] },
  designs: [
    { claims: 'single-queue-lock', pool: 'polling', workers: 2, tokenTtlMs: 1000, poolParameters },
    {
      claims: 'leased-script',
      pool: 'polling',
      workers: 2,
      tokenTtlMs: 1000,
      claimParameters: { leaseMs: 1000 },
      poolParameters,
    },
  ],
  invariants: ['no-task-lost'],
});
const crashes = faultMenu(['crash'], { downMs: [1, 50] });
const search = (options: Partial<ExploreOptions> = {}) =>
  explore(scenario, { seeds: 20, schedule: 'fifo', faults: crashes, all: true, threads: 1, ...options });
const verdicts = ({ designs }: Exploration) =>
  Object.fromEntries(designs.map(({ design, verdict }) => [design, verdict]));

describe('explore', { timeout: 240_000 }, () => {
  it('finds the loss of zpopmin-loss in the first seed and stops', async () => {
    const found = await explore('zpopmin-loss', { seeds: 1000, designs: ['zpopmin-then-token'] });
    const [design] = found.designs;
    expect(design).toMatchObject({ verdict: 'violated', runs: 1 });
    expect(design?.findings).toHaveLength(1);
    expect(design?.findings[0]).toMatchObject({
      invariant: 'no-task-lost',
      isPromised: false,
      found: { seed: 1, tasks: 12, workers: 10 },
      size: { tasks: 2, workers: 2 },
    });
  });

  it('says holds only of a design that every kind of fault has met at every point, and else what is missing', async () => {
    const none = await search({ faults: faultMenu([]), seeds: 5 });
    expect(verdicts(none)).toEqual({ 'single-queue-lock': 'holds', 'leased-script': 'holds' });
    const gaps = await search({ seeds: 1, designs: ['leased-script'], faults: faultMenu(['script-flush']) });
    expect(gaps.designs[0]?.verdict).toBe('inconclusive');
    expect(gaps.designs[0]?.gaps).toContainEqual({ point: 'finished', kind: 'script-flush' });
  });

  it('counts no fault that strikes by the clock where no time passes: between a claim and the start of its handler', async () => {
    const { designs } = await search({
      seeds: 1,
      designs: ['leased-script'],
      faults: faultMenu(['crash', 'script-flush']),
    });
    const { kinds, points, counts } = designs[0]?.coverage ?? { kinds: [], points: [], counts: [] };
    const at = (point: string) => counts[points.indexOf(point)] ?? [];
    expect(kinds).toEqual(['crash', 'script-flush']);
    expect(at('claimed')).toEqual([expect.any(Number), null]);
    expect(at('started')).toEqual([expect.any(Number), expect.any(Number)]);
  });

  it('searches each design for the faults of its own contract', async () => {
    const { faults, designs } = await search({ seeds: 5, faults: faultMenu(['failover']), inContract: true });
    expect(faults).toEqual(['contract', 'failover']);
    const [claimsNothing, survives] = designs;
    expect(claimsNothing?.coverage.kinds).toEqual(['failover']);
    expect(survives?.coverage.kinds).toEqual([...(survives?.survives ?? []), 'failover']);
  });

  it('takes a part of a kind for the part, and holds the design to no more', async () => {
    const kept = await search({ seeds: 10, designs: ['leased-script'], faults: faultMenu(['redis-restart:kept']) });
    expect(kept.designs[0]?.findings).toEqual([]);
    expect(kept.designs[0]?.coverage.kinds).toEqual(['redis-restart:kept']);
    const any = await search({ seeds: 10, designs: ['leased-script'], faults: faultMenu(['redis-restart']) });
    expect(any.designs[0]?.verdict).toBe('out of contract');
  });

  it('calls a loss under a fault that the design does not claim to survive out of contract', async () => {
    const { designs } = await search({ designs: ['single-queue-lock'] });
    expect(designs[0]?.verdict).toBe('out of contract');
    for (const { spec, verdict, invariant } of designs[0]?.findings ?? []) {
      expect(verdict).toBe('out of contract');
      expect(spec.faults.length, invariant).toBeGreaterThan(0);
    }
  });

  it('tells apart what is distinct by invariant and message, and names each once', async () => {
    const { designs } = await search({ designs: ['single-queue-lock'] });
    const keys = designs.flatMap(({ findings }) => findings.map(({ invariant, shape }) => `${invariant}: ${shape}`));
    expect(keys.length).toBeGreaterThan(0);
    expect(new Set(keys).size).toBe(keys.length);
    // Their files are written side by side.
    const ids = designs.flatMap(({ findings }) => findings.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives the same result with two threads as with one', async () => {
    const options = {
      seeds: 500,
      faults: faultMenu(['pause', 'crash'], { downMs: [1, 5] }),
      schedule: 'delay-bounded',
    };
    const [one, two] = [await search({ ...options, threads: 1 }), await search({ ...options, threads: 2 })];
    expect(one.designs.flatMap(({ findings }) => findings).length).toBeGreaterThan(1);
    expect(JSON.stringify(two)).toBe(JSON.stringify(one));
  });

  it('gives the whole when its shards are merged, each seed in one of them', async () => {
    const one: Exploration[] = [];
    for (const index of [3, 1, 2]) one.push(await search({ seeds: 60, shard: { index, of: 3 } }));
    const whole = await search({ seeds: 60 });
    expect(whole.designs.flatMap(({ findings }) => findings).length).toBeGreaterThan(1);
    expect(JSON.stringify(mergeExplorations(one))).toBe(JSON.stringify(whole));
    expect(() => mergeExplorations(one.slice(1))).toThrow('3/3 is missing: give the JSON files of all shards');
    expect(() => mergeExplorations([...one, one[0] as Exploration])).toThrow('shard 3/3 is given twice');
  });

  it('tells of each batch how far it is', async () => {
    const seen: number[] = [];
    await search({
      seeds: 120,
      designs: ['leased-script'],
      faults: faultMenu([]),
      onProgress: ({ runs }) => seen.push(runs),
    });
    expect(seen).toEqual([50, 100, 120]);
  });

  it('starts no new seeds when the time is over', async () => {
    let nowMs = 0;
    const { designs } = await search({ seeds: 10_000, faults: faultMenu([]), timeMs: 5, nowMs: () => nowMs++ });
    const runs = designs.map((design) => design.runs);
    expect(Math.max(...runs)).toBeLessThan(500);
    expect(Math.max(...runs)).toBeGreaterThan(0);
  });

  it('refuses what it does not know, in one line that says what there is', async () => {
    await expect(search({ designs: ['nobody'] })).rejects.toThrow(UsageError);
    await expect(search({ schedule: 'nobody' })).rejects.toThrow('there are: random, pct, delay-bounded, fifo');
    await expect(explore(wakeupScenario() as never, { seeds: 1 })).rejects.toThrow('no scenario of queue designs');
    expect(() => faultMenu(['nobody'])).toThrow("there is no fault 'nobody'");
    expect(() => shardFrom('3/2')).toThrow('--shard 2/8');
    expect(shardFrom('2/8')).toEqual({ index: 2, of: 8 });
  });
});

describe('replay', { timeout: 60_000 }, () => {
  it('gives the same history a hundred times of a hundred', async () => {
    const { designs } = await search({ designs: ['single-queue-lock'], seeds: 20 });
    const finding = designs[0]?.findings[0];
    if (finding === undefined) throw new Error('nothing was found to replay');
    for (let time = 0; time < 100; time++) {
      expect(await replay(finding, scenario)).toMatchObject({ isSame: true, violation: { message: finding.message } });
    }
  });

  it('says where a run that has changed first went another way, and whether it still breaks', async () => {
    const { designs } = await search({ designs: ['single-queue-lock'], seeds: 20 });
    const finding = designs[0]?.findings[0];
    if (finding === undefined) throw new Error('nothing was found to replay');
    const changed = await replay({ ...finding, spec: { ...finding.spec, faults: [] } }, scenario);
    expect(changed.isSame).toBe(false);
    expect(changed.violation).toBeUndefined();
    expect(changed.divergence?.first?.event.kind).toBe('host-crashed');
  });
});
