import type { ClaimDefinition, FaultKind } from '../../engine/claim.ts';
import { standsUnder } from '../../history/promises.ts';
import { claimStrategy, registerClaims } from '../../scenario/design.ts';
import type { QueueDesign, QueueScenario, QueueWorkload } from '../../scenario/scenario.ts';
import { RUNS_TO_ITS_END } from '../breach.ts';
import type { Mutant } from './mutant.ts';
import { withStrategy } from './planting.ts';

const LEASE_MS = 300;
const WAIT_MS = 100;
const DESIGNS: Readonly<Record<string, QueueDesign>> = {
  'leased-script': {
    claims: 'leased-script',
    pool: 'polling',
    claimParameters: { leaseMs: LEASE_MS },
    poolParameters: { intervalMs: 40, recoverIntervalMs: 80 },
  },
  'stream-per-type': {
    claims: 'stream-per-type',
    pool: 'blocking',
    claimParameters: { claimIdleMs: LEASE_MS, blockMs: WAIT_MS },
    poolParameters: { recoverIntervalMs: 80 },
  },
  'reliable-list': {
    claims: 'reliable-list',
    pool: 'blocking',
    claimParameters: { leaseMs: LEASE_MS, blockMs: WAIT_MS },
    poolParameters: { recoverIntervalMs: 80 },
  },
};

/** A client that cancels does so within this time, in ms. */
const CANCELED_WITHIN_MS = 400;

/** What an arena is made for. */
type Planted = Pick<Mutant, 'of' | 'parameters' | 'recoverIntervalMs' | 'workload' | 'cancels' | 'needs'>;

/** A process that has claimed so often, of a few tasks, goes round in circles: it claims no more, so that the run ends. */
const CLAIMS_MAX = 60;

const WORKLOAD: QueueWorkload = {
  types: { email: { limit: 1, handlerMs: [5, 200] }, report: { limit: 2, handlerMs: [5, 500] } },
  arrivals: [
    { type: 'email', count: 3 },
    { type: 'report', count: 4, atMs: 2 },
    { type: 'email', count: 2, atMs: 5, priority: 2 },
    { type: 'report', count: 2, atMs: 250, everyMs: 300 },
  ],
};

/**
 * Where a mutant is hunted: eleven tasks of two types, under limits that matter, of which some outlast their leases; three workers in
 * two processes, the clock of one of which is five seconds fast. All mutants of a design have the same, and the design itself
 * must stand there whatever their faults.
 */
export function arenaOf(mutant: Mutant): QueueScenario {
  return arena(mutant.id, mutant.plant(claimStrategy(mutant.of)), mutant);
}

/** The same with nothing planted: whatever is found there is no mutant's. */
export function controlOf(mutant: Planted): QueueScenario {
  return arena(`${mutant.of}-as-it-is`, claimStrategy(mutant.of), mutant);
}

function arena(
  id: string,
  definition: ClaimDefinition,
  { of, parameters, recoverIntervalMs, workload, cancels, needs }: Planted,
): QueueScenario {
  const design = DESIGNS[of] as QueueDesign;
  registerClaims({ ...impatient(cancels === true ? fickle(definition) : definition), id });
  return {
    id,
    title: id,
    source: 'windtunnel',
    story: 'a planted bug',
    workload: workload ?? WORKLOAD,
    environment: { processes: 2, clocks: [{}, { offsetMs: 5000 }] },
    designs: [
      {
        ...design,
        claims: id,
        claimParameters: { ...design.claimParameters, ...parameters },
        poolParameters: { ...design.poolParameters, ...(recoverIntervalMs !== undefined && { recoverIntervalMs }) },
        workers: 3,
        tokenTtlMs: LEASE_MS,
      },
    ],
    invariants: keptUnder(needs, definition),
    expectations: [],
  };
}

/** Judged where they stand, in any of the sound designs. */
const JUDGED = [
  RUNS_TO_ITS_END,
  'no-task-lost',
  'no-token-leak',
  'legal-lifecycle',
  'conservation',
  'no-busy-loop',
  'no-lost-wakeup',
  'exclusion',
  'concurrency-limit',
  'no-duplicate-execution',
  'work-conserving',
  'fifo-per-type',
  'priority-order',
];

function keptUnder(kinds: readonly FaultKind[], { guarantees }: ClaimDefinition): readonly string[] {
  return JUDGED.filter((id) => standsUnder(id, kinds)).filter(
    (id) => id !== 'priority-order' || guarantees.order.includes('priority'),
  );
}

function impatient(definition: ClaimDefinition): ClaimDefinition {
  return withStrategy(definition, (strategy) => {
    let claims = 0;
    return {
      async claim(worker) {
        if (claims >= CLAIMS_MAX) throw new Error(`${CLAIMS_MAX} claims of a few tasks`);
        const claim = await strategy.claim(worker);
        if (claim !== undefined) claims++;
        return claim;
      },
    };
  });
}

/** Scenarios cannot cancel tasks, so that the client's strategy does. */
function fickle(definition: ClaimDefinition): ClaimDefinition {
  return withStrategy(definition, (strategy, { clock, random }) => ({
    async submit(task) {
      await strategy.submit(task);
      const withdrawn = clock.sleep(random.integer(CANCELED_WITHIN_MS)).then(() => strategy.withdraw(task));
      // The run may be over by then, and its connections closed.
      withdrawn.catch(() => {});
    },
  }));
}
