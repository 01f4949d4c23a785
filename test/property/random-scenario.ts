import fc from 'fast-check';
import type { Environment, QueueDesign, QueueScenario, QueueWorkload } from '../../src/scenario/scenario.ts';

/** A design of a claim strategy with a pool that fits, over one to eight workers. */
export function designs(base: Pick<QueueDesign, 'claims' | 'pool' | 'claimParameters'>): fc.Arbitrary<QueueDesign> {
  const poolParameters =
    base.pool === 'polling'
      ? fc.record({
          intervalMs: fc.constantFrom(100, 333, 1000),
          phases: fc.constantFrom('aligned', 'staggered'),
          cadence: fc.constantFrom('ticks', 'go-ticker', 'rest'),
        })
      : fc.record({ recoverIntervalMs: fc.constantFrom(1000, 30_000) });
  return fc.record({ workers: fc.integer({ min: 1, max: 8 }), poolParameters }).map((drawn) => ({ ...base, ...drawn }));
}

/** A scenario of one design, without expectations. */
export function scenarioOf(workload: QueueWorkload, environment: Environment, design: QueueDesign): QueueScenario {
  return {
    id: 'drawn',
    title: 'Drawn by lot',
    source: 'a property test',
    story: 'Anything may happen.',
    workload,
    environment,
    designs: [design],
    invariants: [],
    expectations: [],
  };
}
