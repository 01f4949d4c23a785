import { describe, expect, it } from 'vitest';
import type { Chooser, PendingEvent } from '../../src/simulation/choice-queue.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

const last: Chooser = { caused: () => {}, choose: (due) => due.at(-1) as PendingEvent };

describe('ChoiceQueue', () => {
  it('lets the chooser take any event that is due, and none before its time', async () => {
    const simulation = new Simulation({ seed: 1, chooser: last });
    const host = simulation.addHost('host');
    const seen: string[] = [];
    const say = (text: string) => seen.push(`${text} at ${simulation.nowUs}`);
    for (const text of ['a', 'b', 'c']) simulation.after(0, host, say, text);
    simulation.after(5, host, say, 'later');
    await simulation.run();
    expect(seen).toEqual(['c at 0', 'b at 0', 'a at 0', 'later at 5']);
  });

  it('offers no event that was taken back, or whose host has died', async () => {
    const offered: number[] = [];
    const chooser: Chooser = {
      caused: () => {},
      choose(due) {
        offered.push(due.length);
        return due[0] as PendingEvent;
      },
    };
    const simulation = new Simulation({ seed: 1, chooser });
    const [first, second] = [simulation.addHost('first'), simulation.addHost('second')];
    const seen: string[] = [];
    simulation.after(0, first, () => simulation.crash(second), undefined);
    simulation.after(0, second, () => seen.push('second'), undefined);
    const handle = simulation.after(0, first, () => seen.push('taken back'), undefined);
    simulation.after(0, first, () => seen.push('first'), undefined);
    simulation.cancel(handle);
    await simulation.run();
    expect(seen).toEqual(['first']);
    expect(offered).toEqual([3, 1]);
  });

  it('takes no time for what a host computes', async () => {
    const simulation = new Simulation({ seed: 1, chooser: last });
    const host = simulation.addHost('host');
    simulation.after(0, host, () => simulation.compute(host, 100), undefined);
    simulation.after(1, host, () => expect(simulation.nowUs).toBe(1), undefined);
    await simulation.run();
    expect(simulation.nowUs).toBe(1);
  });
});
