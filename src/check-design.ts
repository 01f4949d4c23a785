import { z } from 'zod';
import type { ClaimDefinition, FaultClass, Parameters } from './engine/claim.ts';
import { explore } from './explore/explore.ts';
import { faultMenu } from './explore/fault-plan.ts';
import type { Finding } from './explore/finding.ts';
import { SCHEDULES } from './explore/schedules/index.ts';
import { explorationText } from './report/exploration.ts';
import { findingText } from './report/finding.ts';
import { assertScenario } from './scenario/define-scenario.ts';
import { registerClaims, workerPool } from './scenario/design.ts';
import type { Environment, QueueScenario, QueueWorkload } from './scenario/scenario.ts';
import { UsageError } from './scenario/usage-error.ts';

export interface CheckOptions {
  /** A worker pool of the catalogue. Default: `blocking` where claims wait by themselves, else `polling`. */
  readonly pool?: string;
  /** Over all processes; default 3. To be left out where the pool sizes itself. */
  readonly workers?: number;
  readonly claimParameters?: Parameters;
  readonly poolParameters?: Parameters;
  /** What may go wrong. Default: what the design claims to survive. Of other faults a violation is out of contract, and no error. */
  readonly faults?: readonly FaultClass[];
  /** Judged besides what the design promises, by id. */
  readonly invariants?: readonly string[];
  /** Instead of drawn ones. */
  readonly workload?: QueueWorkload;
  readonly environment?: Environment;
  /** Workloads with their environments; default 20. Each meets the next of the schedules. */
  readonly worlds?: number;
  /** Runs in each of them; default 15. */
  readonly runs?: number;
  /** Of all that is drawn; default 1. */
  readonly seed?: number;
}

/** A design breaks what it promises. The message tells the smallest story that was found, as `windtunnel explore` prints it. */
export class BrokenPromiseError extends Error {
  readonly code = 'BROKEN_PROMISE';
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(`${finding.design} breaks ${finding.invariant}\n\n${findingText(finding, CANVAS)}`);
    this.name = 'BrokenPromiseError';
    this.finding = finding;
  }
}

const CANVAS = { width: 110, colour: false };
const HANDLERS = { handlerMs: [1, 1000], failures: false } as const;
/** One run in so many is run twice: a design of one's own may look at the wall clock. */
const TWICE_EVERY = 10;

/**
 * Holds a claim strategy to what its guarantees say, in drawn workloads and environments, under drawn schedules and the faults that it
 * claims to survive. It need not be in the catalogue. A pure function of its arguments, but for what fast-check draws in its version.
 *
 * @returns how many runs kept all promises
 * @throws BrokenPromiseError for the first that did not, shrunk; Error where a seed gave two histories; UsageError
 */
export async function checkDesign<P extends Parameters>(
  claims: ClaimDefinition<P>,
  options: CheckOptions = {},
): Promise<number> {
  const definition = claims as unknown as ClaimDefinition;
  assertCheckable(definition, options);
  const { worlds = 20, runs = 15, seed = 1 } = options;
  const drawn = await drawWorlds(worlds, seed, options);
  const unregister = registerClaims(definition);
  let kept = 0;
  try {
    for (const [index, world] of drawn.entries()) {
      const scenario = scenarioOf(definition, options, world);
      assertScenario(scenario);
      const exploration = await explore(scenario, {
        seeds: runs,
        firstSeed: (seed + index * runs) >>> 0,
        schedule: (SCHEDULES[index % SCHEDULES.length] as (typeof SCHEDULES)[number]).name,
        faults: faultMenu(options.faults ?? definition.guarantees.survives ?? []),
        // Another thread would not know the design.
        threads: 1,
        twiceEvery: TWICE_EVERY,
      });
      if (exploration.nondeterminism !== null) throw new Error(explorationText(exploration, CANVAS));
      const [design] = exploration.designs;
      const broken = design?.findings.find(({ verdict }) => verdict === 'violated');
      if (broken !== undefined) throw new BrokenPromiseError(broken);
      kept += design?.runs ?? 0;
    }
  } finally {
    unregister();
  }
  return kept;
}

const count = z.int().positive().optional();
const checkable = z.object({
  id: z.string().min(1),
  create: z.function(),
  guarantees: z.looseObject({
    delivery: z.enum(['at-most-once', 'at-least-once', 'may lose tasks']),
    order: z.string(),
    limits: z.boolean(),
    blocks: z.boolean(),
    survives: z.array(z.string()).optional(),
  }),
});
const checkOptions = z.strictObject({
  pool: z.string().optional(),
  workers: count,
  claimParameters: z.unknown().optional(),
  poolParameters: z.unknown().optional(),
  faults: z.array(z.string()).optional(),
  invariants: z.array(z.string()).optional(),
  workload: z.unknown().optional(),
  environment: z.unknown().optional(),
  worlds: count,
  runs: count,
  seed: z.int().nonnegative().optional(),
} satisfies Record<keyof CheckOptions, z.ZodType>);

/** What is misspelt would promise nothing, and so hold. Vitest does not look at types. @throws UsageError */
function assertCheckable(definition: unknown, options: unknown): void {
  for (const [what, shape, value] of [
    ['the design', checkable, definition],
    ['options', checkOptions, options],
  ] as const) {
    const [issue] = shape.safeParse(value).error?.issues ?? [];
    if (issue === undefined) continue;
    const place = issue.path.length === 0 ? what : `${what}: '${issue.path.join('.')}'`;
    throw new UsageError(`checkDesign, ${place}: ${issue.message}`);
  }
}

interface DrawnWorld {
  readonly workload: QueueWorkload;
  readonly environment: Environment;
}

async function drawWorlds(
  count: number,
  seed: number,
  { workload, environment }: CheckOptions,
): Promise<readonly DrawnWorld[]> {
  if (workload !== undefined && environment !== undefined) return Array(count).fill({ workload, environment });
  const { default: fc } = await import('fast-check').catch(() => {
    throw new UsageError(
      'checkDesign draws its worlds with fast-check, which is not installed: npm install -D fast-check',
    );
  });
  const { environments, workloads } = await import('./explore/arbitraries.ts');
  const world = fc.record({
    workload: workload === undefined ? workloads(HANDLERS) : fc.constant(workload),
    environment: environment === undefined ? environments : fc.constant(environment),
  });
  return fc.sample(world, { seed, numRuns: count });
}

function scenarioOf(
  { id, guarantees }: ClaimDefinition,
  { pool, workers, claimParameters, poolParameters, invariants = [] }: CheckOptions,
  { workload, environment }: DrawnWorld,
): QueueScenario {
  const chosen = pool ?? (guarantees.blocks ? 'blocking' : 'polling');
  return {
    id: 'check-design',
    title: `What ${id} promises`,
    source: 'checkDesign',
    story: 'A drawn workload in a drawn world.',
    workload,
    environment,
    designs: [
      {
        claims: id,
        pool: chosen,
        ...(workerPool(chosen).sizesItself ? workers !== undefined && { workers } : { workers: workers ?? 3 }),
        ...(claimParameters && { claimParameters }),
        ...(poolParameters && { poolParameters }),
      },
    ],
    invariants,
    expectations: [],
  };
}
