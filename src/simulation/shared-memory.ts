import { localMemory } from '../engine/runners/local-memory.ts';
import type { Awaitable, SharedMemory } from '../engine/runners/shared-memory.ts';
import { inWords, type Trace } from './trace.ts';

/** Whom a preemption point holds, and what it is about to do: for a story; empty where nobody writes one. */
export interface Standing {
  readonly who: string;
  readonly before: string;
}

const UNTOLD: Standing = { who: '', before: '' };

/**
 * Shared memory in which every access is a preemption point: the goroutine steps back before it, and whoever the schedule picks goes
 * on. Between two accesses of one goroutine nothing else runs, as nothing that it does there can be seen.
 *
 * @param point resolves when the goroutine may go on: an event of the simulation (`clock.sleep(0)`, which the simulation's schedule
 * orders among all that are due now), or an Interleaver's turn
 * @param trace told of every access
 */
export function simulatedMemory(point: (standing: Standing) => Promise<void>, trace?: Trace): SharedMemory {
  const access =
    trace === undefined
      ? <T>(_variable: string, _operation: string, act: () => Awaitable<T>): Promise<T> => point(UNTOLD).then(act)
      : <T>(variable: string, operation: string, act: () => Awaitable<T>, ...given: unknown[]): Promise<T> => {
          const told = { variable, operation, given: given.map(inWords).join(', ') };
          const before = `${variable}.${operation}(${told.given})`;
          return point({ who: trace.who, before }).then(() => trace.tell(told, act));
        };
  return {
    cell(initial, name = 'cell') {
      const real = localMemory.cell(initial);
      return {
        load: () => access(name, 'load', () => real.load()),
        store: (value) => access(name, 'store', () => real.store(value), value),
        compareAndSwap: (expected, next) =>
          access(name, 'compareAndSwap', () => real.compareAndSwap(expected, next), expected, next),
        add: (delta) => access(name, 'add', () => real.add(delta), delta),
      };
    },
    mutex(name = 'mutex') {
      const real = localMemory.mutex();
      const unlock = () => real.unlock();
      return {
        lock: () => access(name, 'lock', () => real.lock()),
        unlock:
          trace === undefined
            ? unlock
            : () => void trace.tell({ variable: name, operation: 'unlock', given: '' }, unlock),
      };
    },
    condition(mutex, name = 'condition') {
      const real = localMemory.condition(mutex);
      return {
        wait: () => access(name, 'wait', () => real.wait()),
        signal: () => access(name, 'signal', () => real.signal()),
        broadcast: () => access(name, 'broadcast', () => real.broadcast()),
      };
    },
    channel<T extends object>(capacity: number, name = 'channel') {
      const real = localMemory.channel<T>(capacity);
      return {
        capacity,
        get length() {
          return real.length;
        },
        send: (value: T, stop?: AbortSignal) => access(name, 'send', () => real.send(value, stop), value),
        trySend: (value: T) => access(name, 'trySend', () => real.trySend(value), value),
        receive: (stop?: AbortSignal) => access(name, 'receive', () => real.receive(stop)),
        close: () => access(name, 'close', () => real.close()),
      };
    },
    waitGroup(name = 'group') {
      const real = localMemory.waitGroup();
      return {
        add: (count) => access(name, 'add', () => real.add(count), count),
        done: () => access(name, 'done', () => real.done()),
        wait: () => access(name, 'wait', () => real.wait()),
      };
    },
    guarded: (value, name) => (trace === undefined ? value : told(value, name, trace)),
    spawn: (main, name = 'goroutine') => {
      if (trace === undefined) {
        void point(UNTOLD).then(main);
        return;
      }
      const who = trace.nameOf(name);
      void point({ who, before: 'its first step' }).then(() => trace.run(who, main));
    },
  };
}

/** The same object, its calls told. */
function told<T extends object>(value: T, variable: string, trace: Trace): T {
  return new Proxy(value, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function' || typeof property === 'symbol') return member;
      return (...given: unknown[]) => {
        const access = { variable, operation: property, given: given.map(inWords).join(', ') };
        return trace.tell(access, () => member.apply(target, given));
      };
    },
  });
}
