import { describe, expect, it } from 'vitest';
import { runBatch } from '../../src/explore/batch.ts';
import { outcomeOf, sameBreach } from '../../src/explore/breach.ts';
import { faultMenu } from '../../src/explore/fault-plan.ts';
import { plainSpec, type RunSpec, sizeOf, taskIds } from '../../src/explore/run-spec.ts';
import { type Shrunk, shrink } from '../../src/explore/shrink.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { QueueScenario } from '../../src/scenario/scenario.ts';
import { queueScenario } from '../scenario/written.ts';

/** The first breach of an invariant in a run. */
async function firstBreach(scenario: QueueScenario, spec: RunSpec, invariant: string) {
  const { breaches } = await outcomeOf(scenario, spec, [invariant]);
  const [breach] = breaches;
  if (breach === undefined) throw new Error('the run that was to be shrunk holds');
  return breach;
}

const without = <T>(items: readonly T[], item: T): T[] => items.filter((other) => other !== item);

/** Specs with one task, fault or hold less. */
function smaller(scenario: QueueScenario, spec: RunSpec): RunSpec[] {
  const tasks = taskIds(scenario, spec);
  return [
    ...tasks.map((task) => ({ ...spec, tasks: without(tasks, task) })),
    ...spec.faults.map((fault) => ({ ...spec, faults: without(spec.faults, fault) })),
    ...spec.holds.map((hold) => ({ ...spec, holds: without(spec.holds, hold) })),
  ];
}

/** Loses what runs when its one process dies, and polls on. */
const crashing = queueScenario({
  workload: { types: { email: { limit: 2, handlerMs: [50, 150] } }, arrivals: [{ type: 'email', count: 6, atMs: 10 }] },
  designs: [{ claims: 'single-queue-lock', pool: 'polling', workers: 3, poolParameters: { intervalMs: 100 } }],
  invariants: ['no-task-lost'],
});

const SEARCHES: readonly [design: string, kinds: readonly string[], schedule: string][] = [
  ['single-queue-lock', ['crash', 'pause'], 'random'],
  ['single-queue-lock', ['reply-lost', 'partition'], 'pct'],
  ['single-queue-lock', ['failover', 'crash'], 'delay-bounded'],
];

describe('shrink', { timeout: 240_000 }, () => {
  it('makes two tasks and two workers of twelve and ten', async () => {
    const scenario = (await loadScenario('zpopmin-loss')) as QueueScenario;
    const found = plainSpec(scenario, 'zpopmin-loss', 'zpopmin-then-token', 1);
    const breach = await firstBreach(scenario, found, 'no-task-lost');
    const { spec, isMinimal, tries } = await shrink(scenario, found, breach);
    expect(sizeOf(scenario, spec)).toEqual({ tasks: 2, workers: 2, faults: 0, holds: 0 });
    expect(spec.limits).toEqual({ example: 1 });
    expect(isMinimal).toBe(true);
    expect(tries).toBeLessThan(200);
  });

  it('keeps nothing that the violation can do without: any task, fault or hold less, and the run holds', async () => {
    const found: RunSpec = {
      ...plainSpec(crashing, 'sound', 'single-queue-lock', 3),
      faults: [
        { kind: 'pause', host: 'app-1', atMs: 20, forMs: 5 },
        { kind: 'crash', host: 'app-1', atMs: 150, downMs: 12 },
        { kind: 'delay', host: 'client', command: 'multi', nth: 1, byMs: 3 },
      ],
      holds: [
        { host: 'app-1', way: 'reply', command: 'set', nth: 1, byUs: 300 },
        { host: 'app-1', way: 'request', command: 'set', nth: 2, byUs: 300 },
      ],
    };
    const breach = await firstBreach(crashing, found, 'no-task-lost');
    const { spec, isMinimal } = await shrink(crashing, found, breach);
    expect(isMinimal).toBe(true);
    expect(sizeOf(crashing, spec)).toEqual({ tasks: 1, workers: 1, faults: 1, holds: 0 });
    expect(sameBreach(await outcomeOf(crashing, spec, ['no-task-lost']), breach)).toBeDefined();
    for (const less of smaller(crashing, spec)) {
      expect(
        sameBreach(await outcomeOf(crashing, less, ['no-task-lost']), breach),
        JSON.stringify(less),
      ).toBeUndefined();
    }
  });

  it('does so with every finding of a search, faults and holds left over or not', async () => {
    const findings: Shrunk[] = [];
    for (const [design, kinds, schedule] of SEARCHES) {
      const { found } = await runBatch(crashing, {
        argument: 'sound',
        design,
        invariants: ['no-task-lost', 'no-duplicate-execution', 'legal-lifecycle'],
        seeds: Array.from({ length: 25 }, (_, index) => index + 1),
        survives: [],
        stops: false,
        plan: { schedule, menu: faultMenu(kinds, { downMs: [1, 2000] }), profileSeed: 1, twiceEvery: 0 },
      });
      for (const breach of found) {
        const shrunk = await shrink(crashing, breach.spec, breach);
        expect(shrunk.isMinimal).toBe(true);
        const still = async (spec: RunSpec) =>
          sameBreach(await outcomeOf(crashing, spec, [breach.invariant]), breach) !== undefined;
        expect(await still(shrunk.spec), JSON.stringify(shrunk.spec)).toBe(true);
        for (const less of smaller(crashing, shrunk.spec)) expect(await still(less), JSON.stringify(less)).toBe(false);
        findings.push(shrunk);
      }
    }
    const left = (axis: 'faults' | 'holds') => findings.filter(({ spec }) => spec[axis].length > 0).length;
    expect(findings.length).toBeGreaterThanOrEqual(5);
    expect(left('faults')).toBeGreaterThanOrEqual(5);
  });

  it('keeps the holds and the second fault that it takes', async () => {
    const scenario = (await loadScenario('events-and-locks')) as QueueScenario;
    const held: RunSpec = {
      ...plainSpec(scenario, 'events-and-locks', 'leased-script', 1),
      tasks: ['t2', 't5'],
      processes: 3,
      limits: { email: 2 },
      workers: 3,
      faults: [
        { kind: 'pause', host: 'app-1', after: { command: 'leased-script.claim', nth: 2 }, forMs: 1000 },
        { kind: 'delay', host: 'client', command: 'leased-script.submit', nth: 2, byMs: 1 },
      ],
      holds: [
        { host: 'app-2', way: 'reply', command: 'leased-script.claim', nth: 1, byUs: 333 },
        { host: 'app-3', way: 'reply', command: 'leased-script.claim', nth: 1, byUs: 400 },
        { host: 'app-3', way: 'request', command: 'leased-script.claim', nth: 1, byUs: 20 },
      ],
    };
    const breach = await firstBreach(scenario, held, 'work-conserving');
    const { spec, isMinimal } = await shrink(scenario, held, breach);
    expect(isMinimal).toBe(true);
    expect(spec.faults.length + spec.holds.length, JSON.stringify(spec)).toBeGreaterThanOrEqual(2);
    expect(spec.holds.length).toBeGreaterThanOrEqual(1);
    for (const less of smaller(scenario, spec)) {
      expect(
        sameBreach(await outcomeOf(scenario, less, ['work-conserving']), breach),
        JSON.stringify(less),
      ).toBeUndefined();
    }
  });

  it('finds the few tasks that suffice where a fault counts commands of a long run', async () => {
    const found: RunSpec = {
      ...plainSpec(crashing, 'sound', 'single-queue-lock', 3),
      workers: 1,
      faults: [{ kind: 'reply-lost', host: 'app-1', command: 'exec', nth: 9 }],
    };
    const breach = await firstBreach(crashing, found, 'no-task-lost');
    const { spec } = await shrink(crashing, found, breach);
    expect(sizeOf(crashing, spec)).toMatchObject({ tasks: 1, workers: 1, faults: 1 });
    expect(spec.faults).toEqual([{ kind: 'reply-lost', host: 'app-1', command: 'exec', nth: 1 }]);
  });

  it('tells of a crash at some time after which command of its host it comes', async () => {
    const scenario = (await loadScenario('pop-then-crash')) as QueueScenario;
    const found = plainSpec(scenario, 'pop-then-crash', 'token-first', 1);
    const { spec } = await shrink(scenario, found, await firstBreach(scenario, found, 'no-task-lost'));
    const [fault] = spec.faults;
    expect(fault).toMatchObject({
      kind: 'crash',
      host: 'app-1',
      after: { command: expect.stringMatching(/zpopmin|hgetall/) },
    });
  });

  it('tells a fault as simply as it can', async () => {
    const found: RunSpec = {
      ...plainSpec(crashing, 'sound', 'single-queue-lock', 3),
      faults: [{ kind: 'crash', host: 'app-1', atMs: 151.234, downMs: 12.345 }],
    };
    const { spec } = await shrink(crashing, found, await firstBreach(crashing, found, 'no-task-lost'));
    expect(spec.faults).toEqual([{ kind: 'crash', host: 'app-1', on: { event: 'started', nth: 1 }, downMs: 1 }]);
  });

  it('says so where its tries do not suffice', async () => {
    const found: RunSpec = {
      ...plainSpec(crashing, 'sound', 'single-queue-lock', 3),
      faults: [{ kind: 'crash', host: 'app-1', atMs: 150, downMs: 12 }],
    };
    const breach = await firstBreach(crashing, found, 'no-task-lost');
    const { isMinimal, tries } = await shrink(crashing, found, breach, { triesMax: 2 });
    expect({ isMinimal, tries }).toEqual({ isMinimal: false, tries: 2 });
  });
});
