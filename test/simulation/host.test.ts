import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Channel } from '../../src/simulation/network.ts';
import { EPOCH_MS, Simulation } from '../../src/simulation/simulation.ts';

describe("a host's clock", () => {
  test('may be ahead of true time, or behind', async () => {
    const simulation = new Simulation({ seed: 1 });
    const ahead = simulation.clock(simulation.addHost('ahead', { offsetMs: 250 }));
    const behind = simulation.clock(simulation.addHost('behind', { offsetMs: -250.5 }));
    expect([ahead.now(), behind.now()]).toEqual([EPOCH_MS + 250, EPOCH_MS - 251]);
  });

  test('drifts: it gains so many µs each true second', async () => {
    const simulation = new Simulation({ seed: 1 });
    const timer = simulation.addHost('true');
    const fast = simulation.addHost('fast', { driftPpm: 100 });
    const slow = simulation.addHost('slow', { driftPpm: -100 });
    simulation.start(timer, async () => {
      await simulation.clock(timer).sleep(100_000);
      expect(fast.clockUs(simulation.nowUs) - EPOCH_MS * 1000).toBe(100_010_000);
      expect(slow.clockUs(simulation.nowUs) - EPOCH_MS * 1000).toBe(99_990_000);
    });
    await simulation.run();
  });

  test('that is fast wakes its sleepers early in true time, as its own time says', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('fast', { driftPpm: 1_000_000 });
    simulation.start(host, () => simulation.clock(host).sleep(1000));
    await simulation.run();
    expect(simulation.nowUs).toBe(500_000);
  });

  test('advances by no less than a sleep asked for, whatever its drift', () => {
    const ppm = fc.integer({ min: -500_000, max: 500_000 });
    fc.assert(
      fc.property(ppm, fc.nat(10_000_000), fc.nat(100_000), (driftPpm, startUs, ms) => {
        const host = new Simulation({ seed: 1 }).addHost('host', { driftPpm });
        const endUs = startUs + host.trueDurationUs(ms);
        expect(host.clockUs(endUs) - host.clockUs(startUs)).toBeGreaterThanOrEqual(ms * 1000);
      }),
    );
  });

  test('jumps when NTP steps it, and no sleep is shortened by that', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('host');
    const clock = simulation.clock(host);
    simulation.after(5000, host, () => host.jumpClock(-60_000), undefined);
    simulation.start(host, async () => {
      await clock.sleep(10);
      expect(simulation.nowUs).toBe(10_000);
      expect(clock.now()).toBe(EPOCH_MS + 10 - 60_000);
    });
    await simulation.run();
  });

  test('is its own: that of another host does not jump with it', () => {
    const simulation = new Simulation({ seed: 1 });
    const [a, b] = [simulation.addHost('a'), simulation.addHost('b')];
    a.jumpClock(1000);
    expect([simulation.clock(a).now(), simulation.clock(b).now()]).toEqual([EPOCH_MS + 1000, EPOCH_MS]);
  });
});

describe('a crash', () => {
  /** A host that says what it does, and another that does things to it. */
  function pair() {
    const simulation = new Simulation({ seed: 1 });
    const log: string[] = [];
    return { simulation, victim: simulation.addHost('victim'), world: simulation.addHost('world'), log };
  }

  test('ends every continuation of the host, and leaves the others alone', async () => {
    const { simulation, victim, world, log } = pair();
    for (const host of [victim, world])
      simulation.start(host, async () => {
        for (let round = 1; round <= 3; round++) {
          await simulation.clock(host).sleep(10);
          log.push(`${host.name} ${round}`);
        }
      });
    simulation.after(15_000, world, () => simulation.crash(victim), undefined);
    await simulation.run();
    expect(log).toEqual(['victim 1', 'world 1', 'world 2', 'world 3']);
  });

  test('lets no continuation run again, not even after a restart', async () => {
    const { simulation, victim, world, log } = pair();
    let lives = 0;
    simulation.start(victim, async () => {
      const life = ++lives;
      for (let round = 1; round <= 2; round++) {
        await simulation.clock(victim).sleep(10);
        log.push(`life ${life} round ${round} at ${simulation.nowUs}`);
      }
    });
    simulation.after(15_000, world, () => simulation.crash(victim), undefined);
    simulation.after(16_000, world, () => simulation.restart(victim), undefined);
    await simulation.run();
    expect(log).toEqual(['life 1 round 1 at 10000', 'life 2 round 1 at 26000', 'life 2 round 2 at 36000']);
  });

  test('and any number of restarts never wake what was asleep at the crash', async () => {
    const moments = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(moments, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), async (crashes, naps) => {
        const { simulation, victim, world } = pair();
        simulation.start(victim, async () => {
          const { life } = victim;
          for (const ms of naps) {
            await simulation.clock(victim).sleep(ms);
            expect(victim.alive).toBe(true);
            expect(victim.life).toBe(life);
          }
        });
        for (const ms of crashes) {
          simulation.after(ms * 1000 + 1, world, () => simulation.crash(victim), undefined);
          simulation.after(ms * 1000 + 500, world, () => simulation.restart(victim), undefined);
        }
        await simulation.run();
      }),
    );
  });

  test('does not wake a sleeper whose signal someone else aborts later', async () => {
    const { simulation, victim, world, log } = pair();
    const controller = new AbortController();
    simulation.start(victim, async () => {
      if (victim.life > 0) return;
      await simulation
        .clock(victim)
        .sleep(1000, controller.signal)
        .catch(() => log.push('woke'));
    });
    simulation.after(1000, world, () => simulation.crash(victim), undefined);
    simulation.after(2000, world, () => simulation.restart(victim), undefined);
    simulation.after(3000, world, () => controller.abort(), undefined);
    await simulation.run();
    expect(log).toEqual([]);
  });

  test('drops what waited for the CPU', async () => {
    const { simulation, victim, world, log } = pair();
    simulation.after(0, victim, () => simulation.compute(victim, 10_000), undefined);
    simulation.after(1000, victim, () => log.push('computed'), undefined);
    simulation.after(5000, world, () => simulation.crash(victim), undefined);
    simulation.after(6000, world, () => simulation.restart(victim), undefined);
    await simulation.run();
    expect(log).toEqual([]);
  });

  test('leaves the next life a CPU on which work waits and is taken up as ever', async () => {
    const { simulation, victim, world, log } = pair();
    const computeThenWork = (name: string) => {
      simulation.compute(victim, 10_000);
      simulation.after(1000, victim, () => log.push(`${name} at ${simulation.nowUs}`), undefined);
    };
    simulation.after(0, victim, computeThenWork, 'the dead');
    simulation.after(5000, world, () => simulation.crash(victim), undefined);
    simulation.after(6000, world, () => simulation.restart(victim), undefined);
    simulation.after(7000, world, () => simulation.after(0, victim, computeThenWork, 'the living'), undefined);
    await simulation.run();
    expect(log).toEqual(['the living at 17000']);
  });

  test('loses the messages that were on their way to the host, and those sent to it since', async () => {
    const { simulation, victim, world, log } = pair();
    const channel = new Channel<string>(simulation, victim, {
      latency: { baseUs: 1000, jitterUs: 0 },
      stream: simulation.random('channel'),
      receive: (message) => log.push(message),
    });
    const sendAt = (timeUs: number, message: string) =>
      simulation.at(timeUs, world, () => channel.send(message), undefined);
    sendAt(0, 'arrives');
    sendAt(1500, 'on its way at the crash');
    simulation.after(2000, world, () => simulation.crash(victim), undefined);
    sendAt(2100, 'to a dead host');
    simulation.after(2200, world, () => simulation.restart(victim), undefined);
    sendAt(3000, 'over the connection of the life before');
    await simulation.run();
    expect(log).toEqual(['arrives']);
  });

  test('is told to those who listen, once', async () => {
    const { simulation, victim, world, log } = pair();
    victim.onCrash.add(() => log.push('crash'));
    simulation.after(1, world, () => simulation.crash(victim), undefined);
    simulation.after(2, world, () => simulation.restart(victim), undefined);
    simulation.after(3, world, () => simulation.crash(victim), undefined);
    await simulation.run();
    expect(log).toEqual(['crash']);
  });

  test('by the host of itself ends what it does once it waits', async () => {
    const { simulation, victim, log } = pair();
    simulation.start(victim, async () => {
      simulation.crash(victim);
      await simulation.clock(victim).sleep(1);
      log.push('woke');
    });
    await simulation.run();
    expect(log).toEqual([]);
  });
});

describe('a restart', () => {
  test('boots the host again with a new life and a free CPU', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('host');
    const world = simulation.addHost('world');
    const boots: unknown[] = [];
    simulation.start(host, async () => {
      boots.push({ at: simulation.nowUs, life: host.life });
      simulation.compute(host, 1_000_000);
    });
    simulation.after(10, world, () => simulation.crash(host), undefined);
    simulation.after(20, world, () => simulation.restart(host), undefined);
    await simulation.run();
    expect(boots).toEqual([
      { at: 0, life: 0 },
      { at: 20, life: 2 },
    ]);
  });

  test('of a host that lives does nothing', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('host');
    let boots = 0;
    simulation.start(host, async () => {
      boots++;
    });
    simulation.after(1, host, () => simulation.restart(host), undefined);
    await simulation.run();
    expect([boots, host.life]).toEqual([1, 0]);
  });

  test('before the first boot was due boots once', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('host');
    let boots = 0;
    simulation.start(host, async () => {
      boots++;
    });
    simulation.crash(host);
    simulation.restart(host);
    await simulation.run();
    expect(boots).toBe(1);
  });

  test('that boots with an error ends the run with it', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('host');
    const world = simulation.addHost('world');
    simulation.start(host, async () => {
      if (host.life > 0) throw new Error('no boot');
    });
    simulation.after(1, world, () => simulation.crash(host), undefined);
    simulation.after(2, world, () => simulation.restart(host), undefined);
    await expect(simulation.run()).rejects.toThrow('no boot');
  });
});
