import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isLegalTransition,
  isTerminal,
  PRIORITY_MAX,
  pendingScore,
  TASK_STATUSES,
  type Task,
  type TaskStatus,
} from '../../src/engine/task.ts';

const LEGAL = new Set([
  'pending → processing',
  'pending → canceled',
  'pending → timeout',
  'processing → success',
  'processing → failed',
  'processing → canceled',
  'processing → timeout',
  'processing → pending',
]);

const pairs = TASK_STATUSES.flatMap((from) => TASK_STATUSES.map((to) => [from, to] as const));

describe('the life of a task', () => {
  it.each(pairs)('%s → %s is legal only if documented', (from: TaskStatus, to: TaskStatus) => {
    expect(isLegalTransition(from, to)).toBe(LEGAL.has(`${from} → ${to}`));
  });

  it('nothing follows success, failed, canceled and timeout', () => {
    expect(TASK_STATUSES.filter(isTerminal)).toEqual(['success', 'failed', 'canceled', 'timeout']);
  });
});

describe('the order of the pending queue', () => {
  const task = fc.record({
    priority: fc.integer({ min: -PRIORITY_MAX, max: PRIORITY_MAX }),
    // Up to the year 2100: what a double has room for beside the priorities.
    createdAtMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  });

  it('is by priority, then by age, to the millisecond', () => {
    fc.assert(
      fc.property(task, task, (one, other) => {
        const byScore = Math.sign(pendingScore(one as Task) - pendingScore(other as Task));
        const byRule = Math.sign(other.priority - one.priority) || Math.sign(one.createdAtMs - other.createdAtMs);
        expect(byScore).toBe(byRule);
      }),
      { numRuns: 1000 },
    );
  });

  it('tells neighbouring milliseconds apart at the highest and lowest priority', () => {
    for (const priority of [-PRIORITY_MAX, PRIORITY_MAX]) {
      const [now, next] = [1_735_689_600_000, 1_735_689_600_001].map((createdAtMs) =>
        pendingScore({ priority, createdAtMs } as Task),
      );
      expect(now).toBeLessThan(next as number);
    }
  });
});
