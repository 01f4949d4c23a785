import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/simulation/random-stream.ts';
import { fifo } from '../../src/simulation/schedules/fifo.ts';
import { random } from '../../src/simulation/schedules/random.ts';
import type { Schedule } from '../../src/simulation/schedules/schedule.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

/** The order in which events that are due at the same virtual time run. */
async function orderOf(count: number, schedule: Schedule): Promise<string> {
  const simulation = new Simulation({ seed: 1, schedule });
  const order: number[] = [];
  for (let index = 0; index < count; index++)
    simulation.at(1000, simulation.addHost(`host-${index}`), (which: number) => order.push(which), index);
  await simulation.run();
  return order.join('');
}

const seeded = (seed: number) => random(new RandomStream(seed, 'schedule'));

describe('schedules', () => {
  test('fifo runs simultaneous events in the order in which they were caused', async () => {
    expect(await orderOf(9, fifo())).toBe('012345678');
  });

  test('fifo is what a simulation has unless told otherwise', async () => {
    const simulation = new Simulation({ seed: 1 });
    const order: number[] = [];
    for (const index of [0, 1, 2, 3])
      simulation.at(5, simulation.addHost(`host-${index}`), (which: number) => order.push(which), index);
    await simulation.run();
    expect(order).toEqual([0, 1, 2, 3]);
  });

  test('random gives the same order for the same seed', async () => {
    for (let seed = 0; seed < 20; seed++) expect(await orderOf(9, seeded(seed))).toBe(await orderOf(9, seeded(seed)));
  });

  test('random reaches every order of three simultaneous events, about equally often', async () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 600; seed++) {
      const order = await orderOf(3, seeded(seed));
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['012', '021', '102', '120', '201', '210']);
    // Six standard deviations of a binomial(600, 1/6) are 55.
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(55);
  });

  test('random never lets a later event go before an earlier one', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const simulation = new Simulation({ seed, schedule: seeded(seed) });
      const host = simulation.addHost('host');
      const times: number[] = [];
      for (const timeUs of [3, 1, 2, 1, 3, 2])
        simulation.at(timeUs, host, () => times.push(simulation.nowUs), undefined);
      await simulation.run();
      expect(times).toEqual([1, 1, 2, 2, 3, 3]);
    }
  });

  test('say their names', () => {
    expect([fifo().name, seeded(1).name]).toEqual(['fifo', 'random']);
  });
});
