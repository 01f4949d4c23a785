import { describe, expect, it } from 'vitest';
import { assertScenario, defineScenario } from '../../src/scenario/define-scenario.ts';
import type { Fault } from '../../src/scenario/fault.ts';
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

  it('takes every kind of fault', () => {
    const point = { host: 'app-1', command: 'evalsha', nth: 2 };
    const faults: Fault[] = [
      { kind: 'crash', host: 'app-1', atMs: 5, downMs: 10 },
      { kind: 'crash', host: 'client', before: { command: 'zadd', nth: 1 } },
      { kind: 'pause', host: 'app-1', after: { command: 'zadd', nth: 1 }, forMs: 5 },
      { kind: 'pause', host: 'app-1', on: { event: 'claimed', nth: 1 }, forMs: 5 },
      { kind: 'clock-jump', host: 'redis', atMs: 1, byMs: -5 },
      { kind: 'request-lost', ...point },
      { kind: 'reply-lost', ...point },
      { kind: 'reset', ...point },
      { kind: 'delay', ...point, byMs: 5 },
      { kind: 'partition', host: 'app-1', atMs: 1, forMs: 5, way: 'to-redis' },
      { kind: 'redis-restart', atMs: 1, downMs: 5, data: 'kept' },
      { kind: 'redis-restart', atMs: 1, downMs: 5, data: { lostMs: 1000 } },
      { kind: 'failover', atMs: 1, lostMs: 5 },
      { kind: 'script-flush', atMs: 1 },
      { kind: 'error-reply', command: 'zadd', nth: 1, error: 'BUSY' },
      { kind: 'slow-command', ...point, forMs: 5 },
      { kind: 'message-lost', host: 'app-1', nth: 1 },
      { kind: 'message-doubled', host: 'app-1', nth: 1 },
      { kind: 'handler-throws', task: 't1' },
      { kind: 'handler-hangs', task: 't1', nth: 2 },
      { kind: 'misconfigured', host: 'app-1', type: 'email', limit: 0 },
      { kind: 'handler-blocks', task: 't1', forMs: 5 },
    ];
    expect(() => assertScenario({ ...queueScenario(), environment: { faults } })).not.toThrow();
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
      'a fault about a type that it does not have',
      'environment',
      { faults: [{ kind: 'misconfigured', host: 'app-1', type: 'emial', limit: 1 }] },
      "scenario 'sound': a fault is about tasks of type 'emial', but its types are: email",
    ],
    [
      'a fault that nobody knows',
      'environment',
      { faults: [{ kind: 'meteorite' }] },
      "scenario 'sound': environment.faults.0.kind: invalid option: expected one of",
    ],
    [
      'a fault without its point',
      'environment',
      { faults: [{ kind: 'reply-lost', host: 'app-1', command: 'zadd' }] },
      "scenario 'sound': environment.faults.0.nth: invalid input: expected number",
    ],
    [
      'a fault with a word too many',
      'environment',
      { faults: [{ kind: 'script-flush', atMs: 1, host: 'app-1' }] },
      'scenario \'sound\': environment.faults.0: unrecognized key: "host"',
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
