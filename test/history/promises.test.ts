import { describe, expect, test } from 'vitest';
import type { Guarantees } from '../../src/engine/claim.ts';
import { CLAIMS } from '../../src/engine/claims/index.ts';
import type { PoolGuarantees } from '../../src/engine/pool.ts';
import { POOLS } from '../../src/engine/pools/index.ts';
import { INVARIANTS } from '../../src/history/invariants/index.ts';
import { judgedUnder, promised } from '../../src/history/promises.ts';

const nothing: Guarantees = {
  delivery: 'may lose tasks',
  order: 'none',
  limits: false,
  blocks: false,
  claimsByType: false,
  bindsWorkers: false,
  holdsUpOthers: true,
  brokenBy: [],
};
const polled: PoolGuarantees = { pickUp: 'within an interval', brokenBy: [] };
const atOnce: PoolGuarantees = { pickUp: 'at once', brokenBy: [] };
/** What these guarantees promise beyond none. */
const more = (guarantees: Partial<Guarantees>, pool = polled) =>
  promised({ ...nothing, ...guarantees }, pool).filter((id) => id !== 'no-lost-wakeup');

describe('what a design promises', () => {
  test('is only that its workers do not sleep through their work, where it guarantees nothing', () => {
    expect(promised(nothing, polled)).toEqual(['no-lost-wakeup']);
  });

  test('follows from its delivery and its limits', () => {
    expect(more({ delivery: 'at-least-once' })).toEqual(['no-task-lost']);
    expect(more({ delivery: 'at-most-once' })).toEqual(['no-duplicate-execution']);
    expect(more({ limits: true })).toEqual(['concurrency-limit']);
  });

  test('follows from its order, where that holds for all tasks of a type; priorities may starve the others', () => {
    const holdsUpOthers = false;
    expect(more({ order: 'submission order of claims', holdsUpOthers })).toEqual(['fifo-per-type', 'no-starvation']);
    expect(more({ order: 'submission order of claims', holdsUpOthers: true })).toEqual(['fifo-per-type']);
    expect(more({ order: 'per type, submission order of claims', holdsUpOthers })).toEqual([
      'fifo-per-type',
      'no-starvation',
    ]);
    expect(more({ order: 'priority, then submission order of claims' })).toEqual(['fifo-per-type', 'priority-order']);
    expect(more({ order: 'per shard, priority, then submission order of claims' })).toEqual([]);
    expect(more({ order: 'per worker, submission order of claims' })).toEqual([]);
  });

  test('is work conservation where an idle worker hears at once, and can take whatever waits', () => {
    expect(more({ holdsUpOthers: false }, atOnce)).toEqual(['work-conserving']);
    expect(more({ holdsUpOthers: false }, polled)).toEqual([]);
    expect(more({ holdsUpOthers: true }, atOnce)).toEqual([]);
    expect(more({ holdsUpOthers: false, bindsWorkers: true }, atOnce)).toEqual([]);
  });

  test('falls, in contract, where no design can keep it, and stands for who gives nothing of the dead to others', () => {
    const promises = ['no-task-lost', 'concurrency-limit'];
    const asked = ['no-duplicate-execution', 'work-conserving'];
    const under = (kinds: string[], given = promises) =>
      judgedUnder(kinds, { promises: given, asked, isInContract: true });
    expect(under([])).toEqual([...asked, ...promises]);
    expect(under(['handler-throws', 'script-flush'])).toEqual([...asked, ...promises]);
    expect(under(['crash'])).toEqual(promises);
    expect(under(['crash', 'pause'])).toEqual(['no-task-lost']);
    expect(under(['crash'], ['no-duplicate-execution'])).toEqual(['no-duplicate-execution']);
  });

  test('is all judged out of contract, but for idleness', () => {
    const given = { promises: ['concurrency-limit'], asked: ['work-conserving'], isInContract: false };
    expect(judgedUnder(['pause'], given)).toEqual(['concurrency-limit']);
  });

  test('is something that can be judged, for every design of the catalogue', () => {
    const known = INVARIANTS.map(({ id }) => id);
    for (const { guarantees } of CLAIMS) {
      for (const pool of POOLS)
        expect(known).toEqual(expect.arrayContaining([...promised(guarantees, pool.guarantees)]));
    }
  });
});
