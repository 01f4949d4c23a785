import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, faultMenu, planFaults } from '../../src/explore/fault-plan.ts';
import type { RunProfile } from '../../src/explore/profile.ts';
import { delayBoundedSchedules } from '../../src/explore/schedules/delay-bounded.ts';
import { SCHEDULES } from '../../src/explore/schedules/index.ts';
import { messageAt, messageCount } from '../../src/explore/schedules/schedule.ts';
import { shapeOf } from '../../src/explore/shape.ts';
import { simplerFaults } from '../../src/explore/simpler-faults.ts';
import { assertScenario } from '../../src/scenario/define-scenario.ts';
import { isInContract, kindOf, lastsMs } from '../../src/scenario/fault.ts';
import { RandomStream } from '../../src/simulation/random-stream.ts';
import { queueScenario } from '../scenario/written.ts';

const profile: RunProfile = {
  spanMs: 500,
  hosts: ['app-1', 'app-2'],
  tasks: ['t1', 't2'],
  limits: [{ type: 'email', limit: 2 }],
  commands: [
    { host: 'app-1', name: 'zpopmin', count: 2 },
    { host: 'app-2', name: 'set', count: 1 },
  ],
  events: [{ host: 'app-1', name: 'claimed', count: 2 }],
  messages: [{ host: 'app-1', name: 'message', count: 3 }],
  lasting: [],
  gapsMs: [],
};
const seeds = fc.nat(1_000_000);
const draw = (seed: number) => new RandomStream(seed, 'test');

describe('a fault plan', () => {
  it('has only faults that a scenario may have, on what the run has, and the same for the same seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const faults = planFaults(faultMenu(FAULT_KINDS), profile, draw(seed));
        expect(faults.length).toBeGreaterThan(0);
        expect(() => assertScenario(queueScenario({ environment: { processes: 2, faults } }))).not.toThrow();
        expect(planFaults(faultMenu(FAULT_KINDS), profile, draw(seed))).toEqual(faults);
      }),
    );
  });

  it('draws every kind of its menu, and no other', () => {
    const kinds = (menu: readonly string[]) => {
      const drawn = new Set<string>();
      for (let seed = 0; seed < 300; seed++) {
        for (const { kind } of planFaults(faultMenu(menu), profile, draw(seed))) drawn.add(kind);
      }
      return [...drawn].sort();
    };
    expect(kinds(FAULT_KINDS)).toEqual([...new Set(FAULT_KINDS.map(kindOf))].sort());
    expect(kinds(['pause', 'reset'])).toEqual(['pause', 'reset']);
  });

  it('draws of a part of a kind nothing but that part, and of the kind the rest too', () => {
    const drawn = (menu: readonly string[]) =>
      Array.from({ length: 300 }, (_, seed) => planFaults(faultMenu(menu), profile, draw(seed))).flat();
    for (const part of ['redis-restart:kept', 'clock-jump:workers'] as const) {
      expect(drawn([part]).length).toBeGreaterThan(0);
      expect(isInContract(drawn([part]), [part])).toBe(true);
      expect(isInContract(drawn([kindOf(part)]), [part])).toBe(false);
      expect(isInContract(drawn([part]), [kindOf(part)])).toBe(true);
    }
  });

  it('strikes by the clock between any two moments of the run, however near', () => {
    const near = { ...profile, gapsMs: [[3, 3.01]] as const };
    const times = Array.from({ length: 50 }, (_, seed) => planFaults(faultMenu(['script-flush']), near, draw(seed)));
    const between = times.flat().filter((fault) => 'atMs' in fault && fault.atMs >= 3 && fault.atMs <= 3.01);
    expect(between.length).toBeGreaterThan(times.flat().length / 4);
  });

  it('has no more hosts down at once than it may, and leaves a host its minimum of time up', () => {
    const menu = faultMenu(['crash', 'pause'], { faultsMax: 6, downMs: [20, 40], upMsMin: 30 });
    fc.assert(
      fc.property(seeds, (seed) => {
        const spells = planFaults(menu, profile, draw(seed)).flatMap((fault) =>
          'atMs' in fault && 'host' in fault
            ? [{ host: fault.host, from: fault.atMs, to: fault.atMs + lastsMs(fault) }]
            : [],
        );
        for (const [index, spell] of spells.entries()) {
          const next = spells[index + 1];
          if (next === undefined) continue;
          expect(next.from).toBeGreaterThanOrEqual(spell.to + (next.host === spell.host ? 30 : 0));
        }
      }),
    );
  });
});

describe('schedules', () => {
  it('hold back messages that the run has, each at most once, and the same for the same seed', () => {
    const messages = Array.from({ length: messageCount(profile) }, (_, place) =>
      JSON.stringify(messageAt(profile, place)),
    );
    expect(new Set(messages).size).toBe(6);
    for (const schedule of SCHEDULES) {
      fc.assert(
        fc.property(seeds, (seed) => {
          const holds = schedule.holds(profile, draw(seed));
          const held = holds.map(({ byUs: _, ...message }) => JSON.stringify(message));
          expect(new Set(held).size).toBe(held.length);
          expect(messages).toEqual(expect.arrayContaining(held));
          expect(schedule.holds(profile, draw(seed))).toEqual(holds);
        }),
      );
    }
  });

  it('delay-bounded: all of at most k delays, fewer first', () => {
    const all = [...delayBoundedSchedules(profile, 2)];
    expect(all).toHaveLength(1 + 6 + 15);
    expect(all.map(({ length }) => length)).toEqual([...all.map(({ length }) => length)].sort());
    expect(new Set(all.map((holds) => JSON.stringify(holds))).size).toBe(all.length);
  });

  it('pct: a host comes before another as a whole, but for its drops', () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const [pct] = SCHEDULES.filter(({ name }) => name === 'pct');
      const holds = pct?.holds(profile, draw(seed)) ?? [];
      const of = (host: string) => Math.max(0, ...holds.filter((hold) => hold.host === host).map(({ byUs }) => byUs));
      orders.add(of('app-1') < of('app-2') ? '1 first' : '2 first');
    }
    expect([...orders].sort()).toEqual(['1 first', '2 first']);
  });
});

describe('simpler faults', () => {
  it('get simpler until nothing is left to simplify', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const fault of planFaults(faultMenu(FAULT_KINDS), profile, draw(seed))) {
          let steps = 0;
          for (let [next] = simplerFaults(fault); next !== undefined; [next] = simplerFaults(next)) {
            expect(next.kind).toBe(fault.kind);
            expect(++steps).toBeLessThan(100);
          }
        }
      }),
    );
  });
});

describe('the shape of a message', () => {
  it('is the same whatever the numbers, and however many things are listed', () => {
    expect(shapeOf('t2 (a) was marked failed at 1001.4 ms and never ran')).toBe(
      shapeOf('t12 (a) was marked failed at 3 ms and never ran'),
    );
    expect(shapeOf('3 ran at once: t1, t2 and t3')).toBe(shapeOf('4 ran at once: t1, t2, t3 and t4'));
    expect(shapeOf('t1 never ran')).not.toBe(shapeOf('t1 ran twice'));
  });
});
