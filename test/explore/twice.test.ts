import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/explore.ts';
import type { ClaimDefinition } from '../../src/engine/claim.ts';
import { type ExploreOptions, explore } from '../../src/explore/explore.ts';
import { faultMenu } from '../../src/explore/fault-plan.ts';
import { explorationText } from '../../src/report/exploration.ts';
import { claimStrategy, registerClaims } from '../../src/scenario/design.ts';
import { queueScenario } from '../scenario/written.ts';

/** What a design must not have: something that one run leaves to the next. */
let pollsEver = 0;

/** Sound, but that each poll waits a little first, and how long depends on all polls of all runs before it. */
const moody: ClaimDefinition = {
  ...claimStrategy('single-queue-lock'),
  id: 'moody',
  create(context, parameters) {
    const claims = claimStrategy('single-queue-lock').create(context, parameters);
    return {
      submit: (task) => claims.submit(task),
      withdraw: (task) => claims.withdraw(task),
      count: (status) => claims.count(status),
      async claim(worker) {
        await context.clock.sleep((pollsEver++ % 1009) / 1000);
        return claims.claim(worker);
      },
    };
  },
};

const pool = { pool: 'polling', workers: 1, poolParameters: { intervalMs: 250 } };
const scenario = queueScenario({
  workload: { types: { email: { limit: 2, handlerMs: 5 } }, arrivals: [{ type: 'email', count: 2, atMs: 1 }] },
  designs: [
    { ...pool, claims: 'moody' },
    { ...pool, claims: 'single-queue-lock' },
  ],
  invariants: ['no-task-lost'],
});

const search = (design: string, options: Partial<ExploreOptions>) =>
  explore(scenario, {
    seeds: 1,
    designs: [design],
    schedule: 'fifo',
    faults: faultMenu([]),
    // Another thread would not know the design.
    threads: 1,
    ...options,
  });

describe('a seed that is run twice', { timeout: 60_000 }, () => {
  let unregister = () => {};
  beforeAll(() => {
    unregister = registerClaims(moody);
  });
  afterAll(() => unregister());

  it('shows the first event in which its histories differ, in words and as an error', async () => {
    const exploration = await search('moody', { twiceEvery: 1 });
    const { spec, divergence } = exploration.nondeterminism ?? {};
    expect(spec).toMatchObject({ design: 'moody', seed: 1 });
    const { index, first, second } = divergence ?? {};
    expect(first?.event).toEqual(second?.event);
    expect(first?.timeUs).not.toBe(second?.timeUs);
    const text = explorationText(exploration, { width: 200, colour: false });
    expect(text).toContain('✗ one seed, two histories   moody   seed 1\n');
    const [then, now] = [first, second].map((timed) => `“[^”]+” at ${(timed?.timeUs ?? -1) / 1000} ms`);
    expect(text).toMatch(
      new RegExp(`event ${index} was ${then}, then ${now}: nothing else that is said here can be trusted`),
    );
    expect(exitCodeOf(exploration)).toBe(1);
  });

  it('is one in a hundred where nothing else is asked for', async () => {
    expect((await search('moody', { seeds: 99 })).nondeterminism).toBeNull();
    expect((await search('moody', { seeds: 100 })).nondeterminism?.spec.seed).toBe(100);
    expect((await search('moody', { seeds: 100, twiceEvery: 0 })).nondeterminism).toBeNull();
  });

  it('gives one history of a design that keeps nothing', async () => {
    const exploration = await search('single-queue-lock', { seeds: 20, twiceEvery: 1 });
    expect(exploration.nondeterminism).toBeNull();
    expect(exitCodeOf(exploration)).toBe(0);
  });
});
