import { z } from 'zod';
import type { PoolDefinition } from '../engine/pool.ts';
import { PRIORITIES } from '../engine/runners/runner.ts';
import { PRIORITY_MAX } from '../engine/task.ts';
import { FETCHES } from '../engine/wakeups/delayed-task-store.ts';
import { assertPair, claimStrategy, designId, runner, wakeupPolicy, workerPool } from './design.ts';
import { ERROR_REPLIES, type Fault, type FaultKind } from './fault.ts';
import { figure } from './figures.ts';
import { invariant } from './judge.ts';
import { withDefaults } from './parameters.ts';
import {
  type Expectation,
  type QueueDesign,
  type QueueScenario,
  type RunnerScenario,
  type Scenario,
  STORE_NAMES,
  type WakeupScenario,
} from './scenario.ts';
import { UsageError } from './usage-error.ts';
import { WEAKNESSES } from './weaknesses.ts';

const ms = z.number().nonnegative();
const count = z.int().positive();
const text = z.string().min(1);
const parameters = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));

const queueWorkload = z.strictObject({
  types: z.record(
    z.string(),
    z.strictObject({
      limit: count.optional(),
      handlerMs: z.union([ms, z.tuple([ms, ms]).refine(([least, most]) => least <= most, 'must be [least, most]')]),
      failureRate: z.number().min(0).max(1).optional(),
    }),
  ),
  arrivals: z.array(
    z.strictObject({
      type: text,
      count,
      atMs: ms.optional(),
      everyMs: ms.optional(),
      priority: z.int().min(-PRIORITY_MAX).max(PRIORITY_MAX).optional(),
      queueTimeoutMs: z.int().nonnegative().optional(),
      processTimeoutMs: z.int().nonnegative().optional(),
    }),
  ),
});

const delayedArrival = {
  type: text.optional(),
  afterMs: ms,
  signals: z.int().nonnegative().optional(),
  get followedBy() {
    return z.strictObject(delayedArrival).optional();
  },
};

const wakeupWorkload = z.strictObject({
  type: text,
  dueAtMs: z.array(ms),
  handlerMs: ms,
  signals: z.array(z.strictObject({ atMs: ms, count })),
  arrivals: z
    .array(z.strictObject({ ...delayedArrival, atMs: ms, count: count.optional(), everyMs: ms.optional() }))
    .optional(),
  durationMs: ms,
});

const runnerWorkload = z.strictObject({
  posts: z
    .array(
      z.strictObject({
        type: text,
        count,
        handlerMs: ms,
        atMs: ms.optional(),
        everyMs: ms.optional(),
        callers: count.optional(),
        priority: z.enum(PRIORITIES).optional(),
        mayBlock: z.boolean().optional(),
        category: text.optional(),
        delayMs: z.union([ms, z.tuple([ms, ms])]).optional(),
        fails: z.boolean().optional(),
        followUps: count.optional(),
        cancelAfterMs: ms.optional(),
        requestEndsAfterMs: ms.optional(),
        againAtMs: z.array(ms).optional(),
      }),
    )
    .min(1),
  shutdownAtMs: ms.optional(),
  store: z
    .strictObject({
      in: z.enum(['memory', 'redis']).optional(),
      callMs: ms.optional(),
      failing: z.array(z.strictObject({ fromMs: ms, toMs: ms, job: text.optional() })).optional(),
    })
    .optional(),
  schedules: z.union([z.strictObject({ random: count }), z.strictObject({ delays: count })]).optional(),
  durationMs: ms.positive(),
});

const commandPoint = { command: text, nth: count };
const at = z.strictObject({ ...commandPoint });
const when = [
  { atMs: ms },
  { before: at },
  { after: at },
  { on: z.strictObject({ event: text, nth: count }) },
] as const;
const strikes = <T extends z.core.$ZodLooseShape>(shape: T) =>
  when.map((moment) => z.strictObject({ ...shape, ...moment }));
const message = { host: text, ...commandPoint };
const restartData = z.union([z.literal('kept'), z.literal('empty'), z.strictObject({ lostMs: ms })]);
const run = { task: text, nth: count.optional() };
const way = z.enum(['both', 'to-redis', 'from-redis']);

const faults = {
  crash: z.union(strikes({ kind: z.literal('crash'), host: text, downMs: ms.optional() })),
  pause: z.union(strikes({ kind: z.literal('pause'), host: text, forMs: ms })),
  'clock-jump': z.strictObject({ kind: z.literal('clock-jump'), host: text, atMs: ms, byMs: z.number() }),
  'request-lost': z.strictObject({ kind: z.literal('request-lost'), ...message }),
  'reply-lost': z.strictObject({ kind: z.literal('reply-lost'), ...message }),
  reset: z.strictObject({ kind: z.literal('reset'), ...message }),
  delay: z.strictObject({ kind: z.literal('delay'), ...message, byMs: ms }),
  partition: z.strictObject({ kind: z.literal('partition'), host: text, atMs: ms, forMs: ms, way }),
  'redis-restart': z.strictObject({ kind: z.literal('redis-restart'), atMs: ms, downMs: ms, data: restartData }),
  failover: z.strictObject({ kind: z.literal('failover'), atMs: ms, lostMs: ms }),
  'script-flush': z.strictObject({ kind: z.literal('script-flush'), atMs: ms }),
  'error-reply': z.strictObject({
    kind: z.literal('error-reply'),
    ...message,
    host: text.optional(),
    error: z.enum(ERROR_REPLIES),
  }),
  'slow-command': z.strictObject({ kind: z.literal('slow-command'), ...message, host: text.optional(), forMs: ms }),
  'message-lost': z.strictObject({ kind: z.literal('message-lost'), host: text, nth: count }),
  'message-doubled': z.strictObject({ kind: z.literal('message-doubled'), host: text, nth: count }),
  'handler-throws': z.strictObject({ kind: z.literal('handler-throws'), ...run }),
  'handler-hangs': z.strictObject({ kind: z.literal('handler-hangs'), ...run }),
  'handler-blocks': z.strictObject({ kind: z.literal('handler-blocks'), ...run, forMs: ms }),
  misconfigured: z.strictObject({
    kind: z.literal('misconfigured'),
    host: text,
    type: text,
    limit: count.or(z.literal(0)),
  }),
} satisfies Record<FaultKind, z.ZodType>;

/** The rule of its kind alone, so that a mistake is reported by that. */
const fault = z.looseObject({ kind: z.enum(Object.keys(faults) as [FaultKind]) }).check(({ value, issues }) => {
  const parsed = faults[value.kind].safeParse(value);
  for (const issue of parsed.error?.issues ?? []) issues.push(issue as z.core.$ZodRawIssue);
});

const environment = z.strictObject({
  processes: count.optional(),
  network: z.strictObject({ baseUs: z.int().nonnegative(), jitterUs: z.int().nonnegative() }).optional(),
  redis: z
    .strictObject({
      commandUs: z.int().nonnegative(),
      scriptCallUs: z.int().nonnegative(),
      byCommand: z.record(z.string(), z.int().nonnegative()).optional(),
    })
    .optional(),
  clocks: z.array(z.strictObject({ offsetMs: z.number().optional(), driftPpm: z.number().optional() })).optional(),
  faults: z.array(fault).optional(),
});

const queueDesign = z.strictObject({
  id: text.optional(),
  claims: text,
  pool: text,
  workers: count.optional(),
  claimParameters: parameters.optional(),
  poolParameters: parameters.optional(),
  tokenTtlMs: ms.positive().optional(),
});

const wakeupDesign = z.strictObject({
  id: text.optional(),
  wakeup: text,
  wakeupParameters: parameters.optional(),
  workersPerType: count.optional(),
  fetch: z.enum(FETCHES).optional(),
  store: z.enum(STORE_NAMES).optional(),
});

const runnerDesign = z.strictObject({ id: text.optional(), runner: text, parameters: parameters.optional() });

const expectationBase = {
  id: text,
  source: text.optional(),
  documented: text,
  verdict: text.optional(),
  why: text.optional(),
  figure: text.optional(),
};
const expectation = z.union([
  z.strictObject({ ...expectationBase, on: text, invariant: text, expect: z.enum(['holds', 'violated']) }),
  z.strictObject({
    ...expectationBase,
    on: z.union([text, z.record(z.string(), text)]),
    needsTrueTime: z.boolean().optional(),
    measure: z.custom((value) => typeof value === 'function', 'must be a function'),
  }),
]);

const base = {
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens'),
  title: text,
  source: text,
  story: text,
  mechanism: text.optional(),
  weakness: z.int().min(1).max(WEAKNESSES.length).optional(),
  seeds: count.optional(),
  environment: environment.optional(),
  invariants: z.array(text),
  expectations: z.array(expectation),
};

const queueScenario = z.strictObject({ ...base, workload: queueWorkload, designs: z.array(queueDesign).min(1) });
const wakeupScenario = z.strictObject({ ...base, workload: wakeupWorkload, designs: z.array(wakeupDesign).min(1) });
const runnerScenario = z.strictObject({ ...base, workload: runnerWorkload, designs: z.array(runnerDesign).min(1) });

/** What the file says it is decides which rules it is held to, so that a mistake is reported once and by its own rule. */
function schemaOf(scenario: unknown) {
  const designs: unknown = (scenario as { designs?: unknown } | null)?.designs;
  const first: unknown = Array.isArray(designs) ? designs[0] : undefined;
  if (typeof first !== 'object' || first === null) return queueScenario;
  if ('runner' in first) return runnerScenario;
  return 'wakeup' in first ? wakeupScenario : queueScenario;
}

/**
 * Checks a scenario, and returns it. Its file exports the result by default.
 * @throws UsageError that names the first thing that is wrong
 */
export function defineScenario(scenario: QueueScenario): QueueScenario;
export function defineScenario(scenario: WakeupScenario): WakeupScenario;
export function defineScenario(scenario: RunnerScenario): RunnerScenario;
export function defineScenario(scenario: Scenario): Scenario {
  assertScenario(scenario);
  return scenario;
}

/** @throws UsageError */
export function assertScenario(scenario: unknown): asserts scenario is Scenario {
  const parsed = schemaOf(scenario).safeParse(scenario);
  const named = (scenario as { id?: unknown } | null)?.id;
  const name = typeof named === 'string' ? `scenario '${named}'` : 'the scenario';
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    const place = issue.path.map(String).join('.');
    throw new UsageError(`${name}: ${place === '' ? '' : `${place}: `}${lowerFirst(issue.message)}`);
  }
  assertReferences(scenario as Scenario, name);
}

/** Everything that a scenario names exists. */
function assertReferences(scenario: Scenario, name: string): void {
  const ids = new Set<string>();
  for (const design of scenario.designs) {
    const id = designId(design);
    if (ids.has(id)) throw new UsageError(`${name}: two designs are called '${id}': give one an id of its own`);
    ids.add(id);
    if ('runner' in design) {
      withDefaults(runner(design.runner), design.parameters);
      continue;
    }
    if ('wakeup' in design) {
      withDefaults(wakeupPolicy(design.wakeup), design.wakeupParameters);
      continue;
    }
    const claims = claimStrategy(design.claims);
    const pool = workerPool(design.pool);
    assertPair(claims, pool);
    assertSize(design, pool, name);
    withDefaults(claims, design.claimParameters);
    withDefaults(pool, design.poolParameters);
  }
  for (const fault of scenario.environment?.faults ?? []) assertStruck(scenario, fault, name);
  for (const id of scenario.invariants) invariant(id);
  for (const expectation of scenario.expectations) {
    if (expectation.figure !== undefined) figure(expectation.figure);
    if (expectation.verdict !== undefined && expectation.verdict !== 'confirmed' && expectation.why === undefined) {
      throw new UsageError(
        `${name}: expectation '${expectation.id}' stands by '${expectation.verdict}': say why, in its 'why'`,
      );
    }
    assertVerdict(expectation, name);
    const designs = typeof expectation.on === 'string' ? [expectation.on] : Object.values(expectation.on);
    const unknown = designs.find((design) => !ids.has(design));
    if (unknown !== undefined) {
      throw new UsageError(
        `${name}: expectation '${expectation.id}' speaks of '${unknown}', which is none of its designs`,
      );
    }
    if ('invariant' in expectation && !scenario.invariants.includes(expectation.invariant)) {
      throw new UsageError(
        `${name}: expectation '${expectation.id}' needs '${expectation.invariant}' among its invariants`,
      );
    }
  }
  if ('types' in scenario.workload) {
    for (const { type } of scenario.workload.arrivals) {
      if (!Object.hasOwn(scenario.workload.types, type)) {
        throw new UsageError(
          `${name}: tasks of type '${type}' arrive, but its types are: ${Object.keys(scenario.workload.types).join(', ')}`,
        );
      }
    }
  }
}

/** What a fault names is there to be struck. */
function assertStruck(scenario: Scenario, fault: Fault, name: string): void {
  if (!('host' in fault) || fault.host === undefined) return;
  if (fault.kind === 'misconfigured' && 'types' in scenario.workload) {
    const types = Object.keys(scenario.workload.types);
    if (!types.includes(fault.type)) {
      throw new UsageError(
        `${name}: a fault is about tasks of type '${fault.type}', but its types are: ${types.join(', ')}`,
      );
    }
  }
  const hosts = [...hostsOf(scenario), ...(fault.kind === 'clock-jump' ? ['redis'] : [])];
  if (hosts.includes(fault.host)) return;
  throw new UsageError(`${name}: a fault strikes '${fault.host}', but its hosts are: ${hosts.join(', ')}`);
}

const ONLY_IF = 'confirmed only if ';

/** The verdict that it stands by is one that it can have: another would never come out, and nobody would know why. */
function assertVerdict({ id, verdict = 'confirmed', on }: Expectation, name: string): void {
  const where = `${name}: expectation '${id}' stands by '${verdict}'`;
  if (verdict === 'confirmed' || verdict === 'refuted') return;
  if (!verdict.startsWith(ONLY_IF)) {
    throw new UsageError(`${where}: write 'confirmed', 'refuted' or '${ONLY_IF}<a reading>'`);
  }
  const readings = typeof on === 'string' ? [] : Object.keys(on);
  if (readings.length < 2) throw new UsageError(`${where}: name two readings or more, in its 'on'`);
  // In their order, and never all of them: that would be 'confirmed'.
  const named = readings.filter((reading) => verdict.slice(ONLY_IF.length).split(', or ').includes(reading));
  if (named.length === readings.length || verdict !== `${ONLY_IF}${named.join(', or ')}`) {
    throw new UsageError(`${where}: name some of its readings, in their order: ${readings.join('; ')}`);
  }
}

/** The machines of a run, as faults name them. */
function hostsOf(scenario: Scenario): string[] {
  const processes = Array.from({ length: scenario.environment?.processes ?? 1 }, (_, index) => `app-${index + 1}`);
  const isDispatched = scenario.designs.some(
    (design) => 'claims' in design && claimStrategy(design.claims).needsDispatcher === true,
  );
  return [...processes, ...(isDispatched ? ['dispatcher'] : []), 'client'];
}

function assertSize(design: QueueDesign, pool: PoolDefinition, name: string): void {
  const where = `${name}: design '${designId(design)}'`;
  if (pool.sizesItself && design.workers !== undefined) {
    throw new UsageError(`${where}: ${pool.id} decides by itself how many workers it has: leave out 'workers'`);
  }
  if (!pool.sizesItself && design.workers === undefined) {
    throw new UsageError(`${where}: 'workers' is missing: how many, over all processes`);
  }
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
