import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PriorityTaskQueue, type Sequence } from '../../../src/engine/runners/priority-task-queue.ts';
import { PRIORITIES, type TaskPriority } from '../../../src/engine/runners/runner.ts';
import { task } from './process.ts';

const of = (id: string, priority: TaskPriority) => task(id, async () => {}, { traits: { priority, mayBlock: false } });

/** Pushes eight tasks of one priority over the wrap, and pops them. */
function overTheWrap(sequence: Sequence): string {
  const queue = new PriorityTaskQueue(sequence, 4);
  for (let nth = 1; nth <= 8; nth++) queue.push(of(`${nth}`, 'user-visible'));
  return Array.from({ length: 8 }, () => queue.pop()?.id).join('');
}

describe('a priority task queue', () => {
  test('pops by priority, then in the order of pushes, over the wrap too where numbers are compared as serial', () => {
    const step = fc.oneof(fc.constantFrom(...PRIORITIES), fc.constant('pop' as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 60 }), (steps, left) => {
        const queue = new PriorityTaskQueue('serial', left);
        const model: { readonly id: string; readonly priority: number }[] = [];
        for (const [index, next] of steps.entries()) {
          if (next !== 'pop') {
            queue.push(of(`${index}`, next));
            model.push({ id: `${index}`, priority: PRIORITIES.indexOf(next) });
          } else {
            const first = model.toSorted((a, b) => b.priority - a.priority)[0];
            expect(queue.peek()?.id).toBe(first?.id);
            expect(queue.pop()?.id).toBe(first?.id);
            if (first !== undefined) model.splice(model.indexOf(first), 1);
          }
          expect(queue.length).toBe(model.length);
        }
      }),
    );
  });

  test('of unsigned numbers puts the younger first once they wrap, and so does the documented reset', () => {
    expect(overTheWrap('serial')).toBe('12345678');
    expect(overTheWrap('uint64')).toBe('56781234');
    expect(overTheWrap('int64-reset')).toBe('56781234');
  });
});
