import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Channel, type Latency } from '../../src/simulation/network.ts';
import { RandomStream } from '../../src/simulation/random-stream.ts';
import { random } from '../../src/simulation/schedules/random.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

interface Sending {
  readonly seed: number;
  readonly latency: Latency;
  /** When each message is sent, in µs. */
  readonly timesUs: readonly number[];
  readonly receiveCostUs?: number;
}

/** Sends numbered messages over one channel. @returns what arrived, and when */
async function arrivalsOf({ seed, latency, timesUs, receiveCostUs = 0 }: Sending) {
  const simulation = new Simulation({ seed, schedule: random(new RandomStream(seed, 'schedule')) });
  const [from, to] = [simulation.addHost('from'), simulation.addHost('to')];
  const arrivals: { readonly message: number; readonly atUs: number }[] = [];
  const channel = new Channel<number>(simulation, to, {
    latency,
    stream: simulation.random('channel'),
    receiveCostUs,
    receive: (message) => arrivals.push({ message, atUs: simulation.nowUs }),
  });
  timesUs.forEach((timeUs, message) => {
    simulation.at(timeUs, from, () => channel.send(message), undefined);
  });
  await simulation.run();
  return arrivals;
}

const seeds = fc.nat(1_000_000);
const latencies = fc.record({ baseUs: fc.nat(200), jitterUs: fc.nat(200) });
/** Increasing, so that the order of sending is not the schedule's to choose. */
const increasing = fc
  .array(fc.integer({ min: 1, max: 100 }), { maxLength: 40 })
  .map((gaps) => gaps.map((_, index) => gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0)));

describe('a channel', () => {
  test('delivers every message once and in order, under the random schedule and any jitter', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, latencies, increasing, async (seed, latency, timesUs) => {
        const arrivals = await arrivalsOf({ seed, latency, timesUs });
        expect(arrivals.map(({ message }) => message)).toEqual(timesUs.map((_, message) => message));
      }),
    );
  });

  test('keeps the order of messages that one event sends at once', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const simulation = new Simulation({ seed, schedule: random(new RandomStream(seed, 'schedule')) });
      const [from, to] = [simulation.addHost('from'), simulation.addHost('to')];
      const arrived: number[] = [];
      const channel = new Channel<number>(simulation, to, {
        latency: { baseUs: 10, jitterUs: 0 },
        stream: simulation.random('channel'),
        receive: (message) => arrived.push(message),
      });
      const sendAll = () => {
        for (let message = 0; message < 10; message++) channel.send(message);
      };
      simulation.after(0, from, sendAll, undefined);
      await simulation.run();
      expect(arrived).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  test('keeps a message under way for its own latency, or until the one before it has arrived', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, latencies, increasing, async (seed, latency, timesUs) => {
        const dice = new RandomStream(seed, 'channel');
        let beforeUs = 0;
        const expected = timesUs.map((timeUs, message) => {
          const jitterUs = latency.jitterUs > 0 ? dice.integer(latency.jitterUs + 1) : 0;
          beforeUs = Math.max(beforeUs, timeUs + latency.baseUs + jitterUs);
          return { message, atUs: beforeUs };
        });
        expect(await arrivalsOf({ seed, latency, timesUs })).toEqual(expected);
      }),
    );
  });

  test('draws its latency from the whole of its range', async () => {
    const timesUs = Array.from({ length: 500 }, (_, index) => index * 1000);
    const arrivals = await arrivalsOf({ seed: 1, latency: { baseUs: 5, jitterUs: 3 }, timesUs });
    const travelled = new Set(arrivals.map(({ message, atUs }) => atUs - (timesUs[message] as number)));
    expect([...travelled].sort()).toEqual([5, 6, 7, 8]);
  });

  test('has the same latencies for the same seed, and others for another', async () => {
    const timesUs = Array.from({ length: 50 }, (_, index) => index * 1000);
    const sending = { latency: { baseUs: 100, jitterUs: 50 }, timesUs };
    const first = await arrivalsOf({ seed: 1, ...sending });
    expect(await arrivalsOf({ seed: 1, ...sending })).toEqual(first);
    expect(await arrivalsOf({ seed: 2, ...sending })).not.toEqual(first);
  });

  test('loses what is on its way when it closes, and takes no more', async () => {
    const simulation = new Simulation({ seed: 1 });
    const to = simulation.addHost('to');
    const world = simulation.addHost('world');
    const channel = new Channel<string>(simulation, to, {
      latency: { baseUs: 100, jitterUs: 0 },
      stream: simulation.random('channel'),
      receive: (message) => expect.unreachable(message),
    });
    simulation.after(0, world, () => channel.send('on its way'), undefined);
    simulation.after(50, world, () => channel.close(), undefined);
    simulation.after(60, world, () => channel.send('too late'), undefined);
    await simulation.run();
  });

  test('makes the receiver pay for what it takes off the wire', async () => {
    const timesUs = [0, 1, 2];
    const arrivals = await arrivalsOf({ seed: 1, latency: { baseUs: 10, jitterUs: 0 }, timesUs, receiveCostUs: 30 });
    expect(arrivals.map(({ atUs }) => atUs)).toEqual([10, 40, 70]);
  });

  test('keeps on delivering in order over thousands of messages', async () => {
    const timesUs = Array.from({ length: 5000 }, (_, index) => index + 1);
    const arrivals = await arrivalsOf({ seed: 1, latency: { baseUs: 3000, jitterUs: 100 }, timesUs });
    expect(arrivals.map(({ message }) => message)).toEqual(timesUs.map((_, message) => message));
  });
});
