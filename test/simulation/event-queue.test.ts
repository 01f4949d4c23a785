import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventQueue } from '../../src/simulation/event-queue.ts';

const ignore = () => {};

/** Takes everything: what is left of the queue, in the order in which it would happen. */
function drained(queue: EventQueue): unknown[] {
  const subjects: unknown[] = [];
  for (let slot = queue.take(); slot >= 0; slot = queue.take()) subjects.push(queue.subjects[slot]);
  return subjects;
}

/** The queue's contract, in the plainest words: an array that is sorted whenever something is taken. */
class SortedArray {
  readonly #events: { readonly timeUs: number; readonly tie: number; readonly id: number }[] = [];

  push(timeUs: number, tie: number, id: number): void {
    this.#events.push({ timeUs, tie, id });
  }

  cancel(id: number): void {
    const index = this.#events.findIndex((event) => event.id === id);
    if (index >= 0) this.#events.splice(index, 1);
  }

  take(): number | undefined {
    this.#events.sort((a, b) => a.timeUs - b.timeUs || a.tie - b.tie || a.id - b.id);
    return this.#events.shift()?.id;
  }

  get size(): number {
    return this.#events.length;
  }
}

const pushStep = fc.record({ kind: fc.constant('push' as const), timeUs: fc.nat(20), tie: fc.nat(2) });
const cancelStep = fc.record({ kind: fc.constant('cancel' as const), of: fc.nat(120) });
const takeStep = fc.constant({ kind: 'take' as const });
const step = fc.oneof({ weight: 5, arbitrary: pushStep }, { weight: 2, arbitrary: cancelStep }, takeStep, takeStep);

describe('the event queue', () => {
  test('hands out events by time, then by tie-break, then in the order of their causes', () => {
    const queue = new EventQueue();
    for (const [timeUs, tie, name] of [
      [2, 0, 'late'],
      [1, 7, 'second of the tie'],
      [1, 3, 'first of the tie'],
      [1, 7, 'caused after it'],
      [0, 9, 'early'],
    ] as const)
      queue.push(timeUs, tie, 0, 0, ignore, name);
    expect(drained(queue)).toEqual(['early', 'first of the tie', 'second of the tie', 'caused after it', 'late']);
  });

  test('compares tie-breaks as unsigned: the highest goes last', () => {
    const queue = new EventQueue();
    queue.push(0, 0xffffffff, 0, 0, ignore, 'highest');
    queue.push(0, 1, 0, 0, ignore, 'lowest');
    expect(drained(queue)).toEqual(['lowest', 'highest']);
  });

  test('behaves as an array that is always sorted, whatever is pushed, cancelled and taken', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const queue = new EventQueue();
        const model = new SortedArray();
        const handles: number[] = [];
        const taken: unknown[] = [];
        const expected: unknown[] = [];
        for (const action of steps) {
          if (action.kind === 'push') {
            model.push(action.timeUs, action.tie, handles.length);
            handles.push(queue.push(action.timeUs, action.tie, 0, 0, ignore, handles.length));
          } else if (action.kind === 'cancel') {
            const handle = handles[action.of];
            if (handle === undefined) continue;
            queue.cancel(handle);
            model.cancel(action.of);
          } else {
            const slot = queue.take();
            taken.push(slot < 0 ? undefined : queue.subjects[slot]);
            expected.push(model.take());
          }
          expect(queue.size).toBe(model.size);
        }
        taken.push(...drained(queue));
        for (let id = model.take(); id !== undefined; id = model.take()) expected.push(id);
        expect(taken).toEqual(expected);
      }),
    );
  });

  test('keeps order and cancellations while it grows past its first capacity', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1025, max: 5000 }), fc.integer({ min: 2, max: 9 }), (count, every) => {
        const queue = new EventQueue();
        const model = new SortedArray();
        for (let id = 0; id < count; id++) {
          const timeUs = (id * 7919) % 113;
          const tie = id % 5;
          const handle = queue.push(timeUs, tie, 0, 0, ignore, id);
          if (id % every === 0) queue.cancel(handle);
          else model.push(timeUs, tie, id);
        }
        const expected: number[] = [];
        for (let id = model.take(); id !== undefined; id = model.take()) expected.push(id);
        expect(drained(queue)).toEqual(expected);
      }),
      { numRuns: 5 },
    );
  });

  test('keeps the order of the rest once cancelled events are the majority and are thrown out', () => {
    const queue = new EventQueue();
    const handles: number[] = [];
    for (let id = 0; id < 2000; id++) handles.push(queue.push((id * 31) % 97, 0, 0, 0, ignore, id));
    handles.forEach((handle, id) => {
      if (id % 10 !== 0) queue.cancel(handle);
    });
    expect(queue.size).toBe(200);
    const kept = Array.from({ length: 200 }, (_, index) => index * 10);
    expect(drained(queue)).toEqual(kept.sort((a, b) => ((a * 31) % 97) - ((b * 31) % 97) || a - b));
  });

  test('a handle cancels its own event only, not the one that has taken its slot since', () => {
    const queue = new EventQueue();
    const handle = queue.push(1, 0, 0, 0, ignore, 'first');
    queue.take();
    queue.push(2, 0, 0, 0, ignore, 'second');
    queue.cancel(handle);
    expect(queue.size).toBe(1);
    expect(drained(queue)).toEqual(['second']);
  });

  test('an event that is cancelled twice counts once', () => {
    const queue = new EventQueue();
    const handle = queue.push(1, 0, 0, 0, ignore, 'cancelled');
    queue.push(2, 0, 0, 0, ignore, 'kept');
    queue.cancel(handle);
    queue.cancel(handle);
    expect(queue.size).toBe(1);
    expect(drained(queue)).toEqual(['kept']);
    expect(queue.size).toBe(0);
  });

  test('says that nothing is left', () => {
    expect(new EventQueue().take()).toBe(-1);
  });
});
