import { assertScenario } from './define-scenario.ts';
import { assertPair, claimStrategy, workerPool } from './design.ts';
import type { QueueDesign, QueueScenario } from './scenario.ts';
import { UsageError } from './usage-error.ts';
import type { NamedWorkload } from './workloads.ts';

/** Judged on every trial; what a design does not promise is shown all the same. */
const INVARIANTS = ['no-task-lost', 'no-duplicate-execution', 'concurrency-limit', 'no-token-leak', 'legal-lifecycle'];

/**
 * A scenario without expectations: any design on any workload.
 * @throws UsageError for a design that does not exist, or makes no sense
 */
export function trial(
  { id, source, summary, workload }: NamedWorkload,
  designs: readonly QueueDesign[],
  processes: number,
): QueueScenario {
  const scenario = {
    id,
    title: summary,
    source,
    story: designs.map((design) => promiseOf(design)).join(' '),
    workload,
    environment: { processes },
    designs,
    invariants: INVARIANTS,
    expectations: [],
  };
  assertScenario(scenario);
  return scenario;
}

/** A design of the catalogue, by name, with parameters given as `name=value` for whichever of the two has them. */
export function designFrom(options: {
  readonly claims: string;
  readonly pool: string;
  readonly workers: number;
  readonly set?: readonly string[];
}): QueueDesign {
  const claims = claimStrategy(options.claims);
  const pool = workerPool(options.pool);
  assertPair(claims, pool);
  const own = {
    claims: {} as Record<string, number | string | boolean>,
    pool: {} as Record<string, number | string | boolean>,
  };
  for (const setting of options.set ?? []) {
    const [name = '', value] = setting.split(/=(.*)/s);
    if (value === undefined)
      throw new UsageError(`'${setting}' sets nothing: write name=value, as in --set intervalMs=50`);
    const of = Object.hasOwn(claims.defaults, name)
      ? 'claims'
      : Object.hasOwn(pool.defaults, name)
        ? 'pool'
        : undefined;
    if (of === undefined) {
      const known = [...Object.keys(claims.defaults), ...Object.keys(pool.defaults)].sort().join(', ');
      throw new UsageError(`neither ${claims.id} nor ${pool.id} has a parameter '${name}'; they have: ${known}`);
    }
    if (Object.hasOwn(own[of], name)) throw new UsageError(`--set gives '${name}' twice: leave one of them out`);
    own[of][name] = parsed(value);
  }
  return {
    id: `${claims.id} × ${pool.id}`,
    claims: claims.id,
    pool: pool.id,
    ...(!pool.sizesItself && { workers: options.workers }),
    claimParameters: own.claims,
    poolParameters: own.pool,
  };
}

function parsed(text: string): number | string | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function promiseOf({ claims: id, pool }: QueueDesign): string {
  const { summary, guarantees } = claimStrategy(id);
  const { delivery, order, limits } = guarantees;
  const held = limits ? 'limits hold' : 'limits may be broken';
  return `${id}: ${summary}. ${pool}: ${workerPool(pool).summary}. Promised: ${delivery}, ${held}, order: ${order}.`;
}
