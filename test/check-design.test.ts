import { describe, expect, it } from 'vitest';
import { naiveList } from '../examples/own-design/naive-list.ts';
import { BrokenPromiseError, checkDesign } from '../src/check-design.ts';
import { claimStrategy } from '../src/scenario/design.ts';
import { UsageError } from '../src/scenario/usage-error.ts';

const few = { worlds: 3, runs: 10 };
const broken = (options = {}) => checkDesign(naiveList, { ...few, ...options }).catch((error: unknown) => error);

describe('checkDesign', { timeout: 120_000 }, () => {
  it('throws the smallest run that breaks a promise: one task, one worker, one crash', async () => {
    const error = await broken();
    expect(error).toBeInstanceOf(BrokenPromiseError);
    const { finding, message } = error as BrokenPromiseError;
    expect(finding).toMatchObject({
      invariant: 'no-task-lost',
      verdict: 'violated',
      isPromised: true,
      isMinimal: true,
      size: { tasks: 1, workers: 1, faults: 1, holds: 0 },
    });
    expect(message).toContain(finding.message);
    expect(message).toMatch(/crash: app-\d/);
  });

  it('finds the same again for the same seed', async () => {
    expect(((await broken()) as Error).message).toBe(((await broken()) as Error).message);
  });

  it('counts the runs that kept all promises, where nothing goes wrong', async () => {
    expect(await broken({ faults: [] })).toBe(30);
  });

  it('is no judge of faults that the design does not claim to survive', async () => {
    const modest = { ...naiveList, guarantees: { ...naiveList.guarantees, survives: [] } };
    expect(await checkDesign(modest, { worlds: 1, runs: 10, faults: ['crash'] })).toBe(10);
  });

  it('judges what it is asked to beside the promises, in the workload that it is given', async () => {
    const workload = { types: { email: { limit: 1, handlerMs: 500 } }, arrivals: [{ type: 'email', count: 4 }] };
    const error = await broken({ faults: [], workload, environment: {}, invariants: ['concurrency-limit'] });
    expect(error).toMatchObject({ finding: { invariant: 'concurrency-limit', isPromised: false } });
  });

  it('says so where a design does not do the same twice', async () => {
    let lives = 0;
    const fickle = {
      ...naiveList,
      create: (...given: Parameters<typeof naiveList.create>) => {
        const strategy = naiveList.create(...given);
        if (lives++ % 2 === 0) given[0].observe({ kind: 'empty-poll', worker: `worker-${lives}` });
        return strategy;
      },
    };
    await expect(checkDesign(fickle, { ...few, faults: [] })).rejects.toThrow('one seed, two histories');
  });

  it('forgets the design, and refuses a pool that does not fit', async () => {
    await broken();
    expect(() => claimStrategy('naive-list')).toThrow(UsageError);
    await expect(checkDesign(naiveList, { pool: 'blocking' })).rejects.toThrow('naive-list × blocking makes no sense');
    expect(() => claimStrategy('naive-list')).toThrow(UsageError);
  });

  it.each([
    ['no run', naiveList, { runs: 0 }, "options: 'runs'"],
    ['no world', naiveList, { worlds: Number.NaN }, "options: 'worlds'"],
    ['an option that there is not', naiveList, { numRuns: 100 }, 'numRuns'],
    [
      'a promise that there is not',
      { ...naiveList, guarantees: { ...naiveList.guarantees, delivery: 'exactly-once' } },
      {},
      "the design: 'guarantees.delivery'",
    ],
    ['nothing', undefined, {}, 'the design'],
  ])('refuses %s: what judges nothing would hold', async (_, design, options, told) => {
    const error = await checkDesign(design as never, options as never).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(told);
  });
});
