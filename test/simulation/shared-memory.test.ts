import { describe, expect, test } from 'vitest';
import type { SharedMemory } from '../../src/engine/runners/shared-memory.ts';
import { exploreDelays, Interleaver } from '../../src/simulation/interleaver.ts';
import { RandomStream } from '../../src/simulation/random-stream.ts';
import { random } from '../../src/simulation/schedules/random.ts';
import { simulatedMemory } from '../../src/simulation/shared-memory.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

/** A textbook program: starts its goroutines, and answers, once nothing moves any more, whether it went wrong. */
type Program = (memory: SharedMemory) => () => boolean;

/** Two goroutines each add one to a counter; `atomic` in one access, else by a load and a store. */
const counter =
  (atomic: boolean): Program =>
  (memory) => {
    const cell = memory.cell(0);
    let seen = 0;
    for (let which = 0; which < 2; which++) {
      memory.spawn(async () => {
        if (atomic) await cell.add(1);
        else await cell.store((await cell.load()) + 1);
        seen = await cell.load();
      });
    }
    return () => seen !== 2;
  };

/** Two goroutines each need two mutexes, taken in one order or in opposite ones. */
const twoMutexes =
  (sameOrder: boolean): Program =>
  (memory) => {
    const [left, right] = [memory.mutex(), memory.mutex()];
    let ended = 0;
    for (const [first, second] of [[left, right], sameOrder ? [left, right] : [right, left]] as const) {
      memory.spawn(async () => {
        await first.lock();
        await second.lock();
        second.unlock();
        first.unlock();
        ended++;
      });
    }
    return () => ended !== 2;
  };

/** One goroutine waits for another's news; `underLock`: looks and waits in one critical section. */
const waiter =
  (underLock: boolean): Program =>
  (memory) => {
    const mutex = memory.mutex();
    const news = memory.condition(mutex);
    const ready = memory.cell(0);
    let woken = false;
    memory.spawn(async () => {
      if (underLock) {
        await mutex.lock();
        while ((await ready.load()) === 0) await news.wait();
      } else if ((await ready.load()) === 0) {
        await mutex.lock();
        await news.wait();
      } else {
        await mutex.lock();
      }
      mutex.unlock();
      woken = true;
    });
    memory.spawn(async () => {
      await mutex.lock();
      await ready.store(1);
      await news.signal();
      mutex.unlock();
    });
    return () => !woken;
  };

const textbook: readonly [name: string, wrong: Program, sound: Program][] = [
  ['lost update', counter(false), counter(true)],
  ['deadlock', twoMutexes(false), twoMutexes(true)],
  ['lost wake-up', waiter(false), waiter(true)],
];

/** Whether the program went wrong under the simulation's own random schedule. */
async function goesWrong(program: Program, seed: number): Promise<boolean> {
  const simulation = new Simulation({ seed, schedule: random(new RandomStream(seed, 'schedule')) });
  const host = simulation.addHost('host');
  const clock = simulation.clock(host);
  let wrong = () => false;
  simulation.start(host, async () => {
    wrong = program(simulatedMemory(() => clock.sleep(0)));
  });
  await simulation.run();
  return wrong();
}

/** In how many of all schedules with up to `delays` delays it went wrong. */
async function exhaustively(
  program: Program,
  delays: number,
): Promise<{ explored: number; wrong: number; fewest: number }> {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.addHost('host');
  const clock = simulation.clock(host);
  const interleaver = new Interleaver(() => clock.sleep(0));
  let wrong = 0;
  let explored = 0;
  let fewest = Number.POSITIVE_INFINITY;
  simulation.start(host, async () => {
    explored = await exploreDelays(delays, async (schedule) => {
      interleaver.begin(schedule);
      const isWrong = program(simulatedMemory(interleaver.point));
      await clock.sleep(1);
      if (isWrong()) {
        wrong++;
        fewest = Math.min(fewest, schedule.length);
      }
      return interleaver.choices;
    });
  });
  await simulation.run();
  return { explored, wrong, fewest };
}

describe('shared memory in the simulation', () => {
  test.each(textbook)(
    'thirty random schedules find the textbook %s, and none in its sound form',
    async (_, wrong, sound) => {
      let found = 0;
      for (let seed = 1; seed <= 30; seed++) {
        if (await goesWrong(wrong, seed)) found++;
        expect(await goesWrong(sound, seed)).toBe(false);
      }
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThan(30);
    },
  );

  test.each(textbook)(
    'all schedules up to two delays find the textbook %s, and none in its sound form',
    async (_, wrong, sound) => {
      const found = await exhaustively(wrong, 2);
      expect(found.wrong).toBeGreaterThan(0);
      expect(found.wrong).toBeLessThan(found.explored);
      // Each of them is one preemption at the wrong place.
      expect(found.fewest).toBe(1);
      expect((await exhaustively(sound, 2)).wrong).toBe(0);
    },
  );

  test('a wait group lets its waiter go when all are done, and not before', async () => {
    const program: Program = (memory) => {
      const group = memory.waitGroup();
      let done = 0;
      let doneWhenWoken = -1;
      memory.spawn(async () => {
        await group.add(2);
        for (let which = 0; which < 2; which++) {
          memory.spawn(async () => {
            done++;
            await group.done();
          });
        }
        await group.wait();
        doneWhenWoken = done;
      });
      return () => doneWhenWoken !== 2;
    };
    expect((await exhaustively(program, 2)).wrong).toBe(0);
  });

  test('a full channel holds its senders up, and hands their values over in the order in which they came', async () => {
    const program: Program = (memory) => {
      const channel = memory.channel<{ readonly value: number }>(1);
      const received: number[] = [];
      memory.spawn(async () => {
        for (const value of [1, 2, 3]) await channel.send({ value });
        await channel.close();
      });
      memory.spawn(async () => {
        for (;;) {
          const next = await channel.receive();
          if (next === undefined) break;
          received.push(next.value);
        }
        received.push(0);
      });
      return () => received.join() !== '1,2,3,0';
    };
    const { explored, wrong } = await exhaustively(program, 2);
    expect(explored).toBeGreaterThan(10);
    expect(wrong).toBe(0);
  });
});
