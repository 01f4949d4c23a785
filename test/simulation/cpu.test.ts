import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/simulation/random-stream.ts';
import { random } from '../../src/simulation/schedules/random.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

describe("a host's CPU", () => {
  test('that computes delays whatever else the host has to do until it is done', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('host');
    const log: string[] = [];
    simulation.start(host, async () => {
      simulation.compute(host, 5000);
      await simulation.clock(host).sleep(1);
      log.push(`slept until ${simulation.nowUs}`);
    });
    await simulation.run();
    expect(log).toEqual(['slept until 5000']);
    expect(host.computedUs).toBe(5000);
  });

  test('serves one after the other, first come first served', async () => {
    const jobs = fc.array(fc.record({ atUs: fc.nat(50), costUs: fc.nat(30) }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(jobs, async (arrivals) => {
        const simulation = new Simulation({ seed: 1 });
        const host = simulation.addHost('host');
        const served: unknown[] = [];
        arrivals.forEach(({ atUs, costUs }, job) => {
          const serve = () => {
            served.push({ job, at: simulation.nowUs });
            simulation.compute(host, costUs);
          };
          simulation.at(atUs, host, serve, undefined);
        });
        await simulation.run();
        let freeUs = 0;
        const expected = arrivals
          .map((arrival, job) => ({ ...arrival, job }))
          .sort((a, b) => a.atUs - b.atUs || a.job - b.job)
          .map(({ atUs, costUs, job }) => {
            const at = Math.max(atUs, freeUs);
            freeUs = at + costUs;
            return { job, at };
          });
        expect(served).toEqual(expected);
      }),
    );
  });

  test('serves first come first served under the random schedule too, where no two come at once', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const simulation = new Simulation({ seed, schedule: random(new RandomStream(seed, 'schedule')) });
      const host = simulation.addHost('host');
      const served: number[] = [];
      const serve = (job: number) => {
        served.push(job);
        simulation.compute(host, 3);
      };
      for (let job = 0; job < 20; job++) simulation.at(job, host, serve, job);
      await simulation.run();
      expect(served).toEqual(Array.from({ length: 20 }, (_, job) => job));
      expect(simulation.nowUs).toBe(19 * 3);
    }
  });

  test('lets one who comes as it gets free wait behind those who came before', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('host');
    const log: string[] = [];
    simulation.at(10, host, () => log.push('comes as it gets free'), undefined);
    simulation.at(0, host, () => simulation.compute(host, 10), undefined);
    simulation.at(5, host, () => log.push('came before'), undefined);
    await simulation.run();
    expect(log).toEqual(['came before', 'comes as it gets free']);
  });

  test('adds up what it is given within one event', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('host');
    simulation.start(host, async () => {
      simulation.compute(host, 300);
      simulation.compute(host, 200);
      await simulation.clock(host).sleep(0);
    });
    await simulation.run();
    expect([simulation.nowUs, host.computedUs]).toEqual([500, 500]);
  });

  test('delays no other host', async () => {
    const simulation = new Simulation({ seed: 1 });
    const [busy, idle] = [simulation.addHost('busy'), simulation.addHost('idle')];
    const times: number[] = [];
    simulation.after(0, busy, () => simulation.compute(busy, 1_000_000), undefined);
    simulation.after(10, idle, () => times.push(simulation.nowUs), undefined);
    await simulation.run();
    expect(times).toEqual([10]);
  });

  test('that is busy when a timer is due does not let it ring once it is taken back', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('host');
    let hasRung = false;
    const takeBack = simulation.timer(10, host, () => {
      hasRung = true;
    });
    simulation.at(5, host, () => simulation.compute(host, 10), undefined);
    simulation.at(8, host, takeBack, undefined);
    await simulation.run();
    expect(hasRung).toBe(false);
  });
});

describe('a pause', () => {
  test('lets nothing run on the host until it is over; its clock goes on', async () => {
    const simulation = new Simulation({ seed: 1 });
    const [host, world] = [simulation.addHost('host'), simulation.addHost('world')];
    const clock = simulation.clock(host);
    const begin = clock.now();
    const ticks: number[] = [];
    simulation.start(host, async () => {
      for (let round = 0; round < 3; round++) {
        await clock.sleep(10);
        ticks.push(clock.now() - begin);
      }
    });
    simulation.after(15_000, world, () => simulation.pause(host, 50_000), undefined);
    await simulation.run();
    expect(ticks).toEqual([10, 65, 75]);
  });

  test('costs no CPU time', async () => {
    const simulation = new Simulation({ seed: 1 });
    const host = simulation.addHost('host');
    simulation.after(0, host, () => simulation.pause(host, 1000), undefined);
    await simulation.run();
    expect(host.computedUs).toBe(0);
  });

  test('within a longer one changes nothing', async () => {
    const simulation = new Simulation({ seed: 1 });
    const [host, world] = [simulation.addHost('host'), simulation.addHost('world')];
    simulation.after(0, world, () => simulation.pause(host, 1000), undefined);
    simulation.after(100, world, () => simulation.pause(host, 100), undefined);
    simulation.after(200, host, () => expect(simulation.nowUs).toBe(1000), undefined);
    await simulation.run();
    expect(simulation.nowUs).toBe(1000);
  });
});
