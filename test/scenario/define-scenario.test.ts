import { describe, expect, it } from 'vitest';
import { assertScenario, defineScenario } from '../../src/scenario/define-scenario.ts';
import { UsageError } from '../../src/scenario/usage-error.ts';
import { queueScenario, wakeupScenario } from './written.ts';

/** A change to the scenario: a value at a path. */
function changed(scenario: object, path: string, value: unknown): unknown {
  const copy = structuredClone({ ...scenario, expectations: [] }) as Record<string, unknown>;
  if ('expectations' in scenario) copy.expectations = [...(scenario.expectations as unknown[])];
  const steps = path.split('.');
  let place: Record<string, unknown> = copy;
  for (const step of steps.slice(0, -1)) place = place[step] as Record<string, unknown>;
  const last = steps.at(-1) as string;
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}

describe('defineScenario', () => {
  it('returns a sound scenario as it is', () => {
    const queue = queueScenario();
    expect(defineScenario(queue)).toBe(queue);
    const wakeup = wakeupScenario();
    expect(defineScenario(wakeup)).toBe(wakeup);
  });

  it.each<[what: string, path: string, value: unknown, says: string]>([
    ['no id', 'id', undefined, 'the scenario: id: invalid input: expected string, received undefined'],
    [
      'an id with spaces',
      'id',
      'My Scenario',
      "scenario 'My Scenario': id: must be lower-case words joined by hyphens",
    ],
    ['no title', 'title', '', "scenario 'sound': title: too small"],
    ['no source', 'source', undefined, "scenario 'sound': source: invalid input"],
    ['no story', 'story', undefined, "scenario 'sound': story: invalid input"],
    ['a key that nobody knows', 'colour', 'red', 'scenario \'sound\': unrecognized key: "colour"'],
    ['no designs', 'designs', [], "scenario 'sound': designs: too small"],
    ['no workload', 'workload', undefined, "scenario 'sound': workload: invalid input"],
    [
      'a handler time below zero',
      'workload.types.email.handlerMs',
      -1,
      "scenario 'sound': workload.types.email.handlerMs: ",
    ],
    [
      'a handler time from more to less',
      'workload.types.email.handlerMs',
      [9, 3],
      "scenario 'sound': workload.types.email.handlerMs: must be [least, most]",
    ],
    ['a limit of none', 'workload.types.email.limit', 0, "scenario 'sound': workload.types.email.limit: too small"],
    [
      'a failure rate above one',
      'workload.types.email.failureRate',
      1.5,
      "scenario 'sound': workload.types.email.failureRate: too big",
    ],
    [
      'arrivals of an unknown type',
      'workload.arrivals.0.type',
      'emial',
      "scenario 'sound': tasks of type 'emial' arrive, but its types are: email",
    ],
    [
      'arrivals of a type that every object has',
      'workload.arrivals.0.type',
      'constructor',
      "scenario 'sound': tasks of type 'constructor' arrive, but its types are: email",
    ],
    ['no tasks', 'workload.arrivals.0.count', 0, "scenario 'sound': workload.arrivals.0.count: too small"],
    [
      'a priority out of range',
      'workload.arrivals.0.priority',
      501,
      "scenario 'sound': workload.arrivals.0.priority: too big",
    ],
    [
      'a queue timeout of half a millisecond',
      'workload.arrivals.0.queueTimeoutMs',
      0.5,
      "scenario 'sound': workload.arrivals.0.queueTimeoutMs: invalid input: expected int",
    ],
    ['no workers', 'designs.0.workers', 0, "scenario 'sound': designs.0.workers: too small"],
    [
      'an unknown claim strategy',
      'designs.0.claims',
      'magic',
      "there is no claim strategy 'magic'; there are: single-queue-lock, zpopmin-then-token, random-offset-lock, ",
    ],
    [
      'an unknown pool',
      'designs.0.pool',
      'swimming',
      "there is no worker pool 'swimming'; there are: polling, blocking, ",
    ],
    [
      'a pair that would spin',
      'designs.0.pool',
      'blocking',
      'single-queue-lock × blocking makes no sense: its workers park in a claim that waits, and this strategy answers at ' +
        'once: they would spin; use polling or event-driven',
    ],
    [
      'workers of a pool that sizes itself',
      'designs.0',
      { claims: 'token-first', pool: 'typed', workers: 3 },
      "scenario 'sound': design 'token-first': typed decides by itself how many workers it has: leave out 'workers'",
    ],
    [
      'no workers of a pool that does not',
      'designs.0.workers',
      undefined,
      "scenario 'sound': design 'single-queue-lock': 'workers' is missing",
    ],
    [
      'a fault of a host that it does not have',
      'environment',
      { processes: 2, faults: [{ kind: 'crash', host: 'app-3', atMs: 0 }] },
      "scenario 'sound': a fault strikes 'app-3', but its hosts are: app-1, app-2",
    ],
    [
      'a verdict without a reason',
      'expectations',
      [{ id: 'x', documented: 'y', on: 'second', verdict: 'refuted', invariant: 'no-task-lost', expect: 'holds' }],
      "scenario 'sound': expectation 'x' stands by 'refuted': say why, in its 'why'",
    ],
    [
      'a verdict of conditions with one reading',
      'expectations',
      [
        {
          id: 'x',
          documented: 'y',
          on: 'second',
          verdict: 'confirmed only if foo',
          why: 'z',
          measure: () => undefined,
        },
      ],
      "scenario 'sound': expectation 'x' stands by 'confirmed only if foo': name two readings or more, in its 'on'",
    ],
    [
      'a verdict on a condition that is none of its readings',
      'expectations',
      [
        {
          id: 'x',
          documented: 'y',
          on: { early: 'single-queue-lock', late: 'second' },
          verdict: 'confirmed only if foo',
          why: 'z',
          measure: () => undefined,
        },
      ],
      "scenario 'sound': expectation 'x' stands by 'confirmed only if foo': name some of its readings, in their order: early; late",
    ],
    [
      'a figure that no document gives',
      'expectations',
      [{ id: 'x', documented: 'y', on: 'second', figure: 'z', invariant: 'no-task-lost', expect: 'holds' }],
      "there is no documented figure 'z'; there are: ",
    ],
    [
      'an unknown claim parameter',
      'designs.0.claimParameters',
      { ttl: 1 },
      "single-queue-lock has no parameter 'ttl'; it has: lockTtlMs, headLeaves",
    ],
    [
      'a pool parameter of the wrong kind',
      'designs.0.poolParameters',
      { intervalMs: 'often' },
      'polling: parameter \'intervalMs\' must be a number, not "often"',
    ],
    [
      'two designs of one name',
      'designs.1.id',
      'single-queue-lock',
      "scenario 'sound': two designs are called 'single-queue-lock': give one an id of its own",
    ],
    [
      'an unknown invariant',
      'invariants',
      ['no-task-lsot'],
      "there is no invariant 'no-task-lsot'; there are: no-task-lost, no-duplicate-execution, concurrency-limit, " +
        'no-token-leak, legal-lifecycle, bounded-queries',
    ],
    [
      'an expectation of an unknown design',
      'expectations',
      [{ id: 'safe', documented: 'safe', on: 'nobody', invariant: 'no-task-lost', expect: 'holds' }],
      "scenario 'sound': expectation 'safe' speaks of 'nobody', which is none of its designs",
    ],
    [
      'an expectation of an unknown design under a condition',
      'expectations',
      [
        {
          id: 'safe',
          documented: 'safe',
          on: { 'it rains': 'nobody' },
          measure: () => ({ measured: '', confirmed: true }),
        },
      ],
      "scenario 'sound': expectation 'safe' speaks of 'nobody', which is none of its designs",
    ],
    [
      'an expectation of an invariant that is not judged',
      'expectations',
      [{ id: 'safe', documented: 'safe', on: 'second', invariant: 'bounded-queries', expect: 'holds' }],
      "scenario 'sound': expectation 'safe' needs 'bounded-queries' among its invariants",
    ],
    [
      'an expectation that neither measures nor names an invariant',
      'expectations',
      [{ id: 'safe', documented: 'safe', on: 'second' }],
      "scenario 'sound': expectations.0: ",
    ],
    ['processes of a half', 'environment', { processes: 0.5 }, "scenario 'sound': environment.processes: "],
    [
      'an unknown part of the environment',
      'environment',
      { moon: 'full' },
      'scenario \'sound\': environment: unrecognized key: "moon"',
    ],
  ])('%s is refused in one line', (_, path, value, says) => {
    const attempt = () => assertScenario(changed(queueScenario(), path, value));
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(says);
    expect(attempt).not.toThrow(/\n/);
  });

  it.each<[what: string, path: string, value: unknown, says: string]>([
    [
      'an unknown policy',
      'designs.0.wakeup',
      'ringing',
      "there is no wake-up policy 'ringing'; there are: counting, drain",
    ],
    ['a queue design among them', 'designs.1', { claims: 'stream-group', pool: 'blocking', workers: 1 }, 'designs.1'],
    ['no duration', 'workload.durationMs', undefined, "scenario 'sound-wakeup': workload.durationMs: invalid input"],
    [
      'a signal burst of none',
      'workload.signals.0.count',
      0,
      "scenario 'sound-wakeup': workload.signals.0.count: too small",
    ],
  ])('a wake-up scenario with %s is refused in one line', (_, path, value, says) => {
    const attempt = () => assertScenario(changed(wakeupScenario(), path, value));
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(says);
    expect(attempt).not.toThrow(/\n/);
  });

  it.each([null, undefined, 7, 'scenario', [], {}])('%o is no scenario', (value) => {
    expect(() => assertScenario(value)).toThrow(UsageError);
    expect(() => assertScenario(value)).toThrow(/^the scenario: /);
  });
});
