import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planTasks } from '../../src/scenario/plan.ts';
import type { QueueWorkload } from '../../src/scenario/scenario.ts';

const workload: QueueWorkload = {
  types: {
    email: { handlerMs: [500, 1500], failureRate: 0.25 },
    example: { limit: 3, handlerMs: 5000 },
  },
  arrivals: [
    { type: 'email', count: 3, atMs: 100, everyMs: 200, priority: 5 },
    { type: 'example', count: 2, atMs: 300, queueTimeoutMs: 9000, processTimeoutMs: 6000 },
  ],
};

describe('the plan of a workload', () => {
  it('has every task in the order in which it comes; at one moment in the order in which the scenario names them', () => {
    expect(planTasks(workload, 1).map(({ id, type, atMs, options }) => [id, type, atMs, options])).toEqual([
      ['t1', 'email', 100, { priority: 5 }],
      ['t2', 'email', 300, { priority: 5 }],
      ['t3', 'example', 300, { queueTimeoutMs: 9000, processTimeoutMs: 6000 }],
      ['t4', 'example', 300, { queueTimeoutMs: 9000, processTimeoutMs: 6000 }],
      ['t5', 'email', 500, { priority: 5 }],
    ]);
  });

  it('is the same for one seed, however often it is drawn: every design gets the same workload', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(planTasks(workload, seed)).toEqual(planTasks(workload, seed));
      }),
    );
  });

  it('differs from seed to seed', () => {
    const durations = (seed: number) => planTasks(workload, seed).map(({ handlerMs }) => handlerMs);
    expect(durations(1)).not.toEqual(durations(2));
  });

  it('keeps handler durations within their bounds, and fixed ones fixed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const { type, handlerMs } of planTasks(workload, seed)) {
          if (type === 'example') expect(handlerMs).toBe(5000);
          else expect(handlerMs >= 500 && handlerMs < 1500).toBe(true);
        }
      }),
    );
  });

  it('lets as many handlers fail as the failure rate says', () => {
    const many: QueueWorkload = { ...workload, arrivals: [{ type: 'email', count: 4000 }] };
    const failing = planTasks(many, 1).filter(({ fails }) => fails).length;
    expect(failing / 4000).toBeGreaterThan(0.22);
    expect(failing / 4000).toBeLessThan(0.28);
    const none = { ...many, types: { email: { handlerMs: 1 } } };
    expect(planTasks(none, 1).some(({ fails }) => fails)).toBe(false);
  });
});
