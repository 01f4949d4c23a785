import { localMemory } from '../engine/runners/local-memory.ts';
import type { Awaitable, SharedMemory } from '../engine/runners/shared-memory.ts';

/**
 * Shared memory in which every access is a preemption point: the goroutine steps back before it, and whoever the schedule picks goes
 * on. Between two accesses of one goroutine nothing else runs, as nothing that it does there can be seen.
 *
 * @param point resolves when the goroutine may go on: an event of the simulation (`clock.sleep(0)`, which the simulation's schedule
 * orders among all that are due now), or an Interleaver's turn
 */
export function simulatedMemory(point: () => Promise<void>): SharedMemory {
  const access = <T>(act: () => Awaitable<T>): Promise<T> => point().then(act);
  return {
    cell(initial) {
      const real = localMemory.cell(initial);
      return {
        load: () => access(() => real.load()),
        store: (value) => access(() => real.store(value)),
        compareAndSwap: (expected, next) => access(() => real.compareAndSwap(expected, next)),
        add: (delta) => access(() => real.add(delta)),
      };
    },
    mutex() {
      const real = localMemory.mutex();
      return { lock: () => access(() => real.lock()), unlock: () => real.unlock() };
    },
    condition(mutex) {
      const real = localMemory.condition(mutex);
      return {
        wait: () => access(() => real.wait()),
        signal: () => access(() => real.signal()),
        broadcast: () => access(() => real.broadcast()),
      };
    },
    channel<T extends object>(capacity: number) {
      const real = localMemory.channel<T>(capacity);
      return {
        capacity,
        get length() {
          return real.length;
        },
        send: (value: T, stop?: AbortSignal) => access(() => real.send(value, stop)),
        trySend: (value: T) => access(() => real.trySend(value)),
        receive: (stop?: AbortSignal) => access(() => real.receive(stop)),
        close: () => access(() => real.close()),
      };
    },
    waitGroup() {
      const real = localMemory.waitGroup();
      return {
        add: (count) => access(() => real.add(count)),
        done: () => access(() => real.done()),
        wait: () => access(() => real.wait()),
      };
    },
    spawn: (main) => {
      void point().then(main);
    },
  };
}
