import { getEventListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/simulation/host.ts';
import type { DrainMode } from '../../src/simulation/microtasks.ts';
import { RandomStream } from '../../src/simulation/random-stream.ts';
import { random } from '../../src/simulation/schedules/random.ts';
import {
  EPOCH_MS,
  OutsideSimulationError,
  Simulation,
  SimulationLimitError,
  type SimulationOptions,
} from '../../src/simulation/simulation.ts';

const DRAINS: readonly DrainMode[] = ['synchronous', 'macrotask'];

/** Runs one piece of code on one host. */
async function runOn(
  main: (host: Host, simulation: Simulation) => Promise<void>,
  options?: Partial<SimulationOptions>,
) {
  const simulation = new Simulation({ seed: 1, ...options });
  const host = simulation.addHost('host');
  simulation.start(host, () => main(host, simulation));
  await simulation.run();
  return simulation;
}

describe('sleep', () => {
  test('wakes after exactly so much virtual time', async () => {
    await runOn(async (host, simulation) => {
      const clock = simulation.clock(host);
      await clock.sleep(1500);
      expect(simulation.nowUs).toBe(1_500_000);
      expect(clock.now()).toBe(EPOCH_MS + 1500);
      await clock.sleep(0.25);
      expect(simulation.nowUs).toBe(1_500_250);
    });
  });

  test('of a year takes no real time to speak of: time is virtual', async () => {
    const simulation = await runOn((host, simulation) => simulation.clock(host).sleep(365 * 86_400_000));
    expect(simulation.nowUs).toBe(365 * 86_400_000_000);
    expect(simulation.eventCount).toBe(2);
  });

  test('of no time, or less, still lets others go first', async () => {
    const order: string[] = [];
    await runOn(async (host, simulation) => {
      simulation.after(0, host, () => order.push('other'), undefined);
      await simulation.clock(host).sleep(-5);
      order.push('sleeper');
      expect(simulation.nowUs).toBe(0);
    });
    expect(order).toEqual(['other', 'sleeper']);
  });

  test('wakes sleepers by their time, and in the order in which they lay down where it is the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5), { maxLength: 30 }), async (naps) => {
        const order: number[] = [];
        await runOn(async (host, simulation) => {
          const clock = simulation.clock(host);
          await Promise.all(naps.map((ms, index) => clock.sleep(ms).then(() => order.push(index))));
        });
        const expected = naps.map((ms, index) => ({ ms, index })).sort((a, b) => a.ms - b.ms || a.index - b.index);
        expect(order).toEqual(expected.map(({ index }) => index));
      }),
    );
  });

  test('of no finite length is refused', async () => {
    for (const ms of [Number.NaN, Number.POSITIVE_INFINITY])
      await expect(runOn((host, simulation) => simulation.clock(host).sleep(ms))).rejects.toThrow(RangeError);
  });

  test('rejects with the reason when it is aborted, at the time of the abort', async () => {
    const reason = new Error('enough');
    const simulation = await runOn(async (host, simulation) => {
      const clock = simulation.clock(host);
      const controller = new AbortController();
      clock.sleep(10).then(() => controller.abort(reason));
      await expect(clock.sleep(1000, controller.signal)).rejects.toBe(reason);
      expect(simulation.nowUs).toBe(10_000);
    });
    expect(simulation.nowUs).toBe(10_000);
  });

  test('rejects at once on a signal that is aborted already', async () => {
    const simulation = await runOn(async (host, simulation) => {
      const signal = AbortSignal.abort('over');
      await expect(simulation.clock(host).sleep(1000, signal)).rejects.toBe('over');
    });
    expect(simulation.nowUs).toBe(0);
  });

  test('that is over is not touched by a later abort', async () => {
    await runOn(async (host, simulation) => {
      const controller = new AbortController();
      await simulation.clock(host).sleep(10, controller.signal);
      controller.abort();
      await simulation.clock(host).sleep(10);
      expect(simulation.nowUs).toBe(20_000);
    });
  });

  test('leaves no more behind on a signal than one listener, however often its owner sleeps', async () => {
    await runOn(async (host, simulation) => {
      const controller = new AbortController();
      for (let count = 0; count < 10; count++) await simulation.clock(host).sleep(10, controller.signal);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    });
  });

  test('of many on one signal ends for all of them, in the order in which they lay down', async () => {
    const order: number[] = [];
    await runOn(async (host, simulation) => {
      const clock = simulation.clock(host);
      const controller = new AbortController();
      const sleepers = Array.from({ length: 10 }, (_, index) =>
        clock.sleep(1000 - index, controller.signal).catch(() => order.push(index)),
      );
      await clock.sleep(1);
      controller.abort();
      await Promise.all(sleepers);
      expect(simulation.nowUs).toBe(1000);
    });
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('events', () => {
  test('that are cancelled do not happen, and do not hold the run up', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('host');
    const handle = simulation.after(5000, host, () => expect.unreachable(), undefined);
    simulation.after(10, host, () => simulation.cancel(handle), undefined);
    await simulation.run();
    expect(simulation.nowUs).toBe(10);
  });

  test('asked for in the past happen now', async () => {
    const times: number[] = [];
    await runOn(async (host, simulation) => {
      await simulation.clock(host).sleep(10);
      simulation.at(3, host, () => times.push(simulation.nowUs), undefined);
    });
    expect(times).toEqual([10_000]);
  });

  test('wait until all that the one before has set going is quiet', async () => {
    for (const drain of DRAINS) {
      const order: string[] = [];
      const simulation = new Simulation({ seed: 1, drain });
      const host = simulation.addHost('host');
      const chain = async (name: string) => {
        for (let step = 0; step < 3; step++) await Promise.resolve();
        process.nextTick(() => queueMicrotask(() => order.push(name)));
      };
      simulation.after(0, host, chain, 'first');
      simulation.after(0, host, chain, 'second');
      simulation.after(0, host, (name: string) => order.push(name), 'third');
      await simulation.run();
      expect(order).toEqual(['first', 'second', 'third']);
    }
  });
});

describe.each(DRAINS)('a run (%s drain)', (drain) => {
  test('ends when nothing is left to happen', async () => {
    const simulation = new Simulation({ seed: 1, drain });
    await simulation.run();
    expect([simulation.nowUs, simulation.eventCount]).toEqual([0, 0]);
  });

  test('rejects with the very error that simulated code threw', async () => {
    const error = new Error('broken design');
    const failing = runOn(
      async (host, simulation) => {
        await simulation.clock(host).sleep(5);
        throw error;
      },
      { drain },
    );
    await expect(failing).rejects.toBe(error);
  });

  test('rejects with an error that an event threw', async () => {
    const error = new Error('broken event');
    const simulation = new Simulation({ seed: 1, drain });
    simulation.after(
      1,
      simulation.addHost('host'),
      () => {
        throw error;
      },
      undefined,
    );
    await expect(simulation.run()).rejects.toBe(error);
  });

  test('rejects even when what was thrown is undefined', async () => {
    await expect(runOn(() => Promise.reject(undefined), { drain })).rejects.toBe(undefined);
  });

  test('stops at the first error: nothing happens after it', async () => {
    const simulation = new Simulation({ seed: 1, drain });
    const host = simulation.addHost('host');
    simulation.after(2, host, () => expect.unreachable(), undefined);
    simulation.start(host, async () => {
      throw new Error('first');
    });
    await expect(simulation.run()).rejects.toThrow('first');
    expect(simulation.nowUs).toBe(0);
  });

  test('that never ends is stopped at its limit, and says so', async () => {
    const endless = runOn(
      async (host, simulation) => {
        for (;;) await simulation.clock(host).sleep(0);
      },
      { drain, eventsMax: 1000 },
    );
    await expect(endless).rejects.toThrow(SimulationLimitError);
    await expect(endless).rejects.toThrow(/1000 events.*raise eventsMax/);
  });

  test('of exactly its limit passes', async () => {
    const simulation = await runOn((host, simulation) => simulation.clock(host).sleep(1), { drain, eventsMax: 2 });
    expect(simulation.eventCount).toBe(2);
  });

  test('that awaits something real is refused when it goes on', async () => {
    const file = readFile(import.meta.filename);
    const leak = runOn(
      async (host, simulation) => {
        const clock = simulation.clock(host);
        const awaitFile = async () => {
          await file;
          await clock.sleep(1);
        };
        const tick = async () => {
          for (;;) await clock.sleep(1);
        };
        await Promise.all([awaitFile(), tick()]);
      },
      { drain },
    );
    await expect(leak).rejects.toThrow(OutsideSimulationError);
    await expect(leak).rejects.toThrow(/awaited something real.*Clock, RedisClient/);
  });

  test('happens once: a second run() is refused', async () => {
    const simulation = new Simulation({ seed: 1, drain });
    await simulation.run();
    expect(() => simulation.run()).toThrow('runs once');
  });

  test('inside another is refused, with a word that says so', async () => {
    const nested = runOn(() => new Simulation({ seed: 2, drain }).run(), { drain });
    await expect(nested).rejects.toThrow('cannot run inside another');
  });

  test('beside another gives what it gives alone', async () => {
    const alone = await digestOf(1, drain);
    const together = await Promise.all([digestOf(1, drain), digestOf(2, drain), digestOf(1, drain)]);
    expect([together[0], together[2]]).toEqual([alone, alone]);
    expect(together[1]).not.toBe(alone);
  });

  test('has a fingerprint of its events alone: it differs when one happens at another time or on another host', async () => {
    const digest = async (timeUs: number, which: number) => {
      const simulation = new Simulation({ seed: 1, drain });
      const hosts = [simulation.addHost('a'), simulation.addHost('b')];
      simulation.after(5, hosts[0] as Host, () => {}, undefined);
      simulation.after(timeUs, hosts[which] as Host, () => {}, undefined);
      await simulation.run();
      return simulation.hash.digest();
    };
    const digests = [await digest(10, 0), await digest(11, 0), await digest(10, 1)];
    expect(new Set(digests).size).toBe(3);
    expect(await digest(10, 0)).toBe(digests[0]);
  });

  test('does not depend on what ran before it in this process', async () => {
    const first = await digestOf(1, drain);
    const other = await digestOf(2, drain);
    expect(await digestOf(1, drain)).toBe(first);
    expect(other).not.toBe(first);
  });

  test('gives the same history after a run that failed', async () => {
    const before = await digestOf(1, drain);
    await expect(runOn(() => Promise.reject(new Error('failed')), { drain })).rejects.toThrow('failed');
    expect(await digestOf(1, drain)).toBe(before);
  });
});

/** The fingerprint of a run in which four hosts take random naps. */
async function digestOf(seed: number, drain: DrainMode): Promise<string> {
  const simulation = new Simulation({ seed, drain, schedule: random(new RandomStream(seed, 'schedule')) });
  for (let index = 0; index < 4; index++) {
    const host = simulation.addHost(`host-${index}`);
    const stream = simulation.random(host.name);
    simulation.start(host, async () => {
      const clock = simulation.clock(host);
      for (let round = 0; round < 10; round++) {
        await clock.sleep(stream.integer(3));
        simulation.hash.text(`${host.name} ${stream.integer(100)}`);
      }
    });
  }
  await simulation.run();
  return simulation.hash.digest();
}
