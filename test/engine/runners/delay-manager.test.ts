import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DelayManager, HeapDelayManager, TimingWheel } from '../../../src/engine/runners/delay-manager.ts';
import { inProcess, type Process } from './process.ts';

const TICK_MS = 10;
const MANAGERS: readonly [name: string, create: (process: Process) => DelayManager][] = [
  ['heap', (process) => new HeapDelayManager(process, 'delays', 'new-first')],
  ['heap that always resets', (process) => new HeapDelayManager(process, 'delays', 'every-change')],
  ['wheel', (process) => new TimingWheel(process, 'delays', TICK_MS)],
];

/** Something added at a time, and perhaps taken back later. Delays reach into the third wheel. */
const additions = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: 2000 }),
    delayMs: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 60_000 })),
    canceledAfterMs: fc.option(fc.integer({ min: 0, max: 3000 }), { nil: undefined }),
  }),
  { maxLength: 40 },
);

describe.each(MANAGERS)('delays by a %s', (_, create) => {
  test('fire once, never early, late by no more than they promise, and not when taken back', async () => {
    await fc.assert(
      fc.asyncProperty(additions, (all) =>
        inProcess(async (process) => {
          const delays = create(process);
          const { clock } = process;
          const startMs = clock.now();
          const fired = all.map(() => [] as number[]);
          const canceled = all.map(() => false);
          const life = all.map(async ({ atMs, delayMs, canceledAfterMs }, index) => {
            await clock.sleep(atMs);
            const delayed = delays.add(delayMs, () => fired[index]?.push(clock.now() - startMs));
            if (canceledAfterMs === undefined) return;
            await clock.sleep(canceledAfterMs);
            canceled[index] = delays.cancel(delayed);
            expect(delays.cancel(delayed)).toBe(false);
          });
          await Promise.all(life);
          await clock.sleep(70_000);
          expect(delays.pending).toBe(0);
          for (const [index, { atMs, delayMs }] of all.entries()) {
            const times = fired[index] as number[];
            expect(times).toHaveLength(canceled[index] ? 0 : 1);
            for (const time of times) {
              expect(time).toBeGreaterThanOrEqual(atMs + delayMs);
              expect(time).toBeLessThanOrEqual(atMs + delayMs + delays.toleranceMs);
            }
          }
        }),
      ),
      { numRuns: 60 },
    );
  });

  test('stop throws away what is pending, and leaves no timer behind', async () => {
    await inProcess(async (process) => {
      const delays = create(process);
      let fired = 0;
      for (const delayMs of [5, 50, 5000]) delays.add(delayMs, () => fired++);
      await process.sleep(20);
      delays.stop();
      await process.sleep(10_000);
      expect({ fired, pending: delays.pending }).toEqual({ fired: 1, pending: 0 });
    });
  });
});

test('a delay that comes down through the outer wheels ends in its own tick', async () => {
  await inProcess(async (process) => {
    const delays = new TimingWheel(process, 'delays', TICK_MS);
    const startMs = process.clock.now();
    const fired: number[] = [];
    const delaysMs = [64, 64 ** 2, 64 ** 2 + 64 + 1, 3 * 64 ** 2 - 1].map((ticks) => ticks * TICK_MS);
    for (const delayMs of delaysMs) delays.add(delayMs, () => fired.push(process.clock.now() - startMs));
    await process.sleep(3 * 64 ** 2 * TICK_MS);
    expect(fired).toEqual(delaysMs);
  });
});
