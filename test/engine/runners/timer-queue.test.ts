import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimerHeap } from '../../../src/engine/runners/timer-heap.ts';
import type { Fire, TimerHandle, TimerQueue } from '../../../src/engine/runners/timer-table.ts';
import { TimerWheel } from '../../../src/engine/runners/timer-wheel.ts';

const START_MS = 1_000_000;

interface Timer {
  /** When it is due, in ms or in ticks. */
  readonly key: number;
  readonly dueMs: number;
  readonly fire: Fire;
}

/** What the queues are held to: a list that is searched from its beginning. With a tick it rounds as a wheel does. */
class TimerList implements TimerQueue {
  readonly #tickMs: number;
  readonly #timers = new Map<TimerHandle, Timer>();
  #added = 0;
  #tick = 0;

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  get size(): number {
    return this.#timers.size;
  }

  get nextMs(): number {
    return Math.min(...[...this.#timers.values()].map(({ dueMs }) => dueMs));
  }

  add(dueMs: number, fire: Fire): TimerHandle {
    const tick = Math.min(Number.MAX_SAFE_INTEGER, Math.ceil((dueMs - START_MS) / this.#tickMs));
    const key = this.#tickMs === 0 ? dueMs : Math.max(this.#tick + 1, tick);
    this.#timers.set(this.#added, { key, dueMs, fire });
    return this.#added++;
  }

  cancel(handle: TimerHandle): boolean {
    return this.#timers.delete(handle);
  }

  advance(nowMs: number): void {
    const end = this.#tickMs === 0 ? nowMs : Math.floor((nowMs - START_MS) / this.#tickMs);
    const added = this.#tickMs === 0 ? this.#added : Number.POSITIVE_INFINITY;
    for (;;) {
      let first: [TimerHandle, Timer] | undefined;
      for (const entry of this.#timers) if (first === undefined || isBefore(entry[1], first[1])) first = entry;
      if (first === undefined || first[1].key > end || first[0] >= added) break;
      this.#tick = first[1].key;
      this.#timers.delete(first[0]);
      first[1].fire();
    }
    this.#tick = end;
  }

  clear(): void {
    this.#timers.clear();
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.key < b.key || (a.key === b.key && a.dueMs < b.dueMs);
}

const TICK_MS = 10;
const QUEUES: readonly [name: string, create: () => TimerQueue, tickMs: number][] = [
  ['heap', () => new TimerHeap(), 0],
  ['wheel', () => new TimerWheel(START_MS, TICK_MS), TICK_MS],
  ['wheel with ticks of 1 ms', () => new TimerWheel(START_MS, 1), 1],
];

/** Small ones that share a tick, some about the edges of the wheels, and one that no tick counts. */
const aboutAnEdge = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: -12, max: 12 }), fc.constantFrom(1, TICK_MS))
  .map(([wheel, offset, tickMs]) => 64 ** wheel * tickMs + offset);
const delayMs = fc.oneof(
  fc.constantFrom(-1, 0, TICK_MS, 2 * TICK_MS),
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 10_000 }),
  aboutAnEdge,
  fc.constant(Number.POSITIVE_INFINITY),
);
const stepMs = fc.oneof(
  fc.constantFrom(0, TICK_MS),
  fc.integer({ min: 0, max: 100 }),
  fc.integer({ min: 0, max: 20_000 }),
  aboutAnEdge,
);

type Change = { readonly add: number; readonly inside: readonly Change[] } | { readonly cancel: number };
type Step = Change | { readonly advance: number };

const cancel = fc.record({ cancel: fc.nat() });
const addPlain = fc.record({ add: delayMs, inside: fc.constant([]) });
const add = fc.record({ add: delayMs, inside: fc.array(fc.oneof(addPlain, cancel), { maxLength: 3 }) });
const advance = fc.record({ advance: stepMs });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 5, arbitrary: add }, { weight: 2, arbitrary: cancel }, { weight: 3, arbitrary: advance }),
  { maxLength: 100, size: 'max' },
);

/** Takes the steps, and writes down all that can be seen. */
function live(queue: TimerQueue, all: readonly Step[]): string[] {
  const seen: string[] = [];
  const handles: TimerHandle[] = [];
  let nowMs = START_MS;
  const change = (step: Change): void => {
    if ('cancel' in step) {
      const nth = step.cancel % Math.max(1, handles.length);
      seen.push(`cancel ${nth}: ${queue.cancel(handles[nth] ?? -1)}`);
      return;
    }
    const nth = handles.length;
    const dueMs = nowMs + step.add;
    const fire = () => {
      if (nowMs < dueMs) seen.push('early');
      seen.push(`fire ${nth}`);
      for (const next of step.inside) change(next);
    };
    handles.push(queue.add(dueMs, fire));
  };
  for (const step of all) {
    if ('advance' in step) {
      nowMs += step.advance;
      queue.advance(nowMs);
    } else change(step);
    seen.push(`${queue.size} at ${nowMs}`);
  }
  return seen;
}

describe.each(QUEUES)('timers in a %s', (_, create, tickMs) => {
  test('are those of a sorted list, whatever is added and taken back, also by what fires', () => {
    fc.assert(
      fc.property(steps, (all) => {
        expect(live(create(), all)).toEqual(live(new TimerList(tickMs), all));
      }),
      { numRuns: 400 },
    );
  });

  test('fire by deadline, and of one deadline as they were added, at times that nextMs tells', () => {
    const dues = fc.array(
      fc
        .oneof(fc.double({ min: 0, max: 1e7, noNaN: true }), fc.integer({ min: 0, max: 50 }))
        .map((delay) => START_MS + delay),
    );
    fc.assert(
      fc.property(dues, (all) => {
        const queue = create();
        const fired: number[] = [];
        let nowMs = START_MS;
        for (const [nth, dueMs] of all.entries()) {
          queue.add(dueMs, () => {
            fired.push(nth);
            expect(nowMs).toBeGreaterThanOrEqual(dueMs);
            expect(nowMs).toBeLessThanOrEqual(dueMs + tickMs);
          });
        }
        let looks = 0;
        for (; queue.size > 0; looks++) {
          nowMs = Math.max(nowMs, queue.nextMs);
          queue.advance(nowMs);
          // It must come on, or this would never end.
          expect(queue.nextMs).toBeGreaterThan(nowMs);
        }
        // 1e7 ticks are four digits: one look for each wheel that it is dealt out of, and one to fire.
        expect(looks).toBeLessThanOrEqual(4 * all.length);
        const dueOf = (nth: number) => all[nth] as number;
        expect(fired).toEqual([...all.keys()].sort((a, b) => dueOf(a) - dueOf(b)));
      }),
    );
  });

  test('keep their records and their handles apart where a hundred thousand come and go', () => {
    const queue = create();
    const fired = new Set<number>();
    const handles = Array.from({ length: 100_000 }, (_, nth) =>
      queue.add(START_MS + (nth % 977) * 100, () => fired.add(nth)),
    );
    const even = handles.filter((_, nth) => nth % 2 === 0);
    expect(even.every((handle) => queue.cancel(handle))).toBe(true);
    // These get the records that have become free.
    for (let nth = 100_000; nth < 150_000; nth++) queue.add(START_MS + 1, () => fired.add(nth));
    expect(even.some((handle) => queue.cancel(handle))).toBe(false);
    expect(queue.size).toBe(100_000);
    queue.advance(START_MS + 100_000);
    expect(queue.size).toBe(0);
    expect([...fired].every((nth) => nth % 2 === 1 || nth >= 100_000)).toBe(true);
    expect(fired.size).toBe(100_000);
  });

  test('go on with the rest after one has thrown', () => {
    const queue = create();
    const fired: number[] = [];
    for (const nth of [1, 2, 3]) {
      queue.add(START_MS + 5, () => {
        fired.push(nth);
        if (nth === 1) throw new Error('the first fails');
      });
    }
    const nowMs = START_MS + 2 * TICK_MS;
    expect(() => queue.advance(nowMs)).toThrow('the first fails');
    expect(queue.nextMs).toBeLessThanOrEqual(nowMs);
    queue.advance(nowMs);
    expect(fired).toEqual([1, 2, 3]);
  });

  test('can all be thrown away by one that fires', () => {
    const queue = create();
    const fired: number[] = [];
    const handles = [5, 5, 5000].map((delay, nth) =>
      queue.add(START_MS + delay, () => {
        fired.push(nth);
        queue.clear();
      }),
    );
    queue.advance(START_MS + 10_000);
    expect({ fired, size: queue.size, nextMs: queue.nextMs }).toEqual({
      fired: [0],
      size: 0,
      nextMs: Number.POSITIVE_INFINITY,
    });
    expect(handles.some((handle) => queue.cancel(handle))).toBe(false);
  });

  test('of a deadline that is no number are refused', () => {
    expect(() => create().add(Number.NaN, () => {})).toThrow(RangeError);
  });
});

test('ticks of any length never make a timer fire early', () => {
  const tickMs = fc.constantFrom(0.1, 0.3, 1 / 3, 1.1, 16.7);
  const dues = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 50, maxLength: 50 });
  fc.assert(
    fc.property(fc.constantFrom(0, START_MS), tickMs, dues, (startMs, tick, all) => {
      const queue = new TimerWheel(startMs, tick);
      let nowMs: number = startMs;
      let lateMs = Number.POSITIVE_INFINITY;
      for (const nth of all) {
        // On a tick, and at the next number after it, where a quotient may be rounded to the tick before.
        for (const dueMs of [startMs + nth * tick, (startMs + nth * tick) * (1 + Number.EPSILON)]) {
          queue.add(dueMs, () => {
            lateMs = Math.min(lateMs, nowMs - dueMs);
          });
        }
      }
      while (queue.size > 0) {
        const { nextMs } = queue;
        expect(nextMs).toBeGreaterThan(nowMs);
        // The number before it first.
        for (const ms of [nextMs * (1 - Number.EPSILON), nextMs]) {
          nowMs = Math.max(nowMs, ms);
          queue.advance(nowMs);
        }
      }
      expect(lateMs).toBeGreaterThanOrEqual(0);
    }),
  );
});
