import fc from 'fast-check';
import type { FaultClass } from '../engine/claim.ts';
import type { Fault } from '../scenario/fault.ts';
import type { Environment, QueueWorkload } from '../scenario/scenario.ts';
import { RandomStream } from '../simulation/random-stream.ts';
import { faultMenu, planFaults } from './fault-plan.ts';
import type { RunProfile } from './profile.ts';

const TYPES = ['email', 'example', 'report'] as const;

export interface WorkloadBounds {
  /** Handlers last at least and at most so long, in ms. */
  readonly handlerMs: readonly [least: number, most: number];
  /** Whether handlers fail or run out of time, and tasks wait no longer than they want to. */
  readonly failures: boolean;
}

/** Workloads of up to three types and thirty tasks, with limits or without. */
export function workloads({ handlerMs: [least, most], failures }: WorkloadBounds): fc.Arbitrary<QueueWorkload> {
  const duration = fc.integer({ min: least, max: most });
  const type = fc.record(
    {
      limit: fc.integer({ min: 1, max: 4 }),
      handlerMs: fc.oneof(
        duration,
        fc.tuple(duration, duration).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
      ),
      ...(failures && { failureRate: fc.constantFrom(0, 0.3, 1) }),
    },
    { requiredKeys: ['handlerMs'] },
  );
  const arrivals = fc.record(
    {
      type: fc.constantFrom(...TYPES),
      count: fc.integer({ min: 1, max: 8 }),
      atMs: fc.integer({ min: 0, max: 3000 }),
      everyMs: fc.constantFrom(0, 1, 70, 400),
      priority: fc.integer({ min: -2, max: 2 }),
      ...(failures && {
        queueTimeoutMs: fc.constantFrom(0, 1000, 5000),
        processTimeoutMs: fc.constantFrom(0, 100, 800),
      }),
    },
    { requiredKeys: ['type', 'count'] },
  );
  return fc.record({
    types: fc.record({ email: type, example: type, report: type }),
    arrivals: fc.array(arrivals, { minLength: 1, maxLength: 4 }),
  });
}

/** One to three processes, near to Redis or far from it, with right clocks or wrong ones. */
export const environments: fc.Arbitrary<Environment> = fc.record({
  processes: fc.integer({ min: 1, max: 3 }),
  network: fc.record({ baseUs: fc.constantFrom(10, 100, 5000), jitterUs: fc.constantFrom(0, 50, 3000) }),
  clocks: fc.array(fc.record({ offsetMs: fc.integer({ min: -300, max: 300 }) }), { maxLength: 3 }),
});

/** Faults of these kinds, by the same menu as those of `explore`. They shrink by being left out. */
export function faultPlans(kinds: readonly FaultClass[], profile: RunProfile): fc.Arbitrary<readonly Fault[]> {
  const menu = faultMenu(kinds);
  const drawn = fc.noShrink(fc.nat()).map((seed) => planFaults(menu, profile, new RandomStream(seed, 'faults')));
  return drawn.chain((faults) => fc.subarray([...faults]));
}
