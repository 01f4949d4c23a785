import { z } from 'zod';
import { PRIORITY_MAX } from '../engine/task.ts';
import { assertPair, claimStrategy, designId, wakeupPolicy, workerPool } from './design.ts';
import { invariant } from './judge.ts';
import { withDefaults } from './parameters.ts';
import type { QueueScenario, Scenario, WakeupScenario } from './scenario.ts';
import { UsageError } from './usage-error.ts';

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

const wakeupWorkload = z.strictObject({
  type: text,
  dueAtMs: z.array(ms),
  handlerMs: ms,
  signals: z.array(z.strictObject({ atMs: ms, count })),
  durationMs: ms,
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
});

const queueDesign = z.strictObject({
  id: text.optional(),
  claims: text,
  pool: text,
  workers: count,
  claimParameters: parameters.optional(),
  poolParameters: parameters.optional(),
  tokenTtlMs: ms.positive().optional(),
});

const wakeupDesign = z.strictObject({ id: text.optional(), wakeup: text });

const expectationBase = { id: text, source: text.optional(), documented: text, verdict: text.optional() };
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
  environment: environment.optional(),
  invariants: z.array(text),
  expectations: z.array(expectation),
};

const queueScenario = z.strictObject({ ...base, workload: queueWorkload, designs: z.array(queueDesign).min(1) });
const wakeupScenario = z.strictObject({ ...base, workload: wakeupWorkload, designs: z.array(wakeupDesign).min(1) });

/** What the file says it is decides which rules it is held to, so that a mistake is reported once and by its own rule. */
function schemaOf(scenario: unknown) {
  const designs: unknown = (scenario as { designs?: unknown } | null)?.designs;
  const first: unknown = Array.isArray(designs) ? designs[0] : undefined;
  return typeof first === 'object' && first !== null && 'wakeup' in first ? wakeupScenario : queueScenario;
}

/**
 * Checks a scenario, and returns it. Its file exports the result by default.
 * @throws UsageError that names the first thing that is wrong
 */
export function defineScenario(scenario: QueueScenario): QueueScenario;
export function defineScenario(scenario: WakeupScenario): WakeupScenario;
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
    if ('wakeup' in design) {
      wakeupPolicy(design.wakeup);
      continue;
    }
    const claims = claimStrategy(design.claims);
    const pool = workerPool(design.pool);
    assertPair(claims, pool);
    withDefaults(claims, design.claimParameters);
    withDefaults(pool, design.poolParameters);
  }
  for (const id of scenario.invariants) invariant(id);
  for (const expectation of scenario.expectations) {
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
  if ('arrivals' in scenario.workload) {
    for (const { type } of scenario.workload.arrivals) {
      if (!Object.hasOwn(scenario.workload.types, type)) {
        throw new UsageError(
          `${name}: tasks of type '${type}' arrive, but its types are: ${Object.keys(scenario.workload.types).join(', ')}`,
        );
      }
    }
  }
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
