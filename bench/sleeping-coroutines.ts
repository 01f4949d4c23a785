import FakeTimers from '@sinonjs/fake-timers';
import { Simulation } from '../src/simulation/simulation.ts';

const COROUTINES = 100;

/** Events of one round: each coroutine starts once, then sleeps and resumes. */
export function eventsOf(sleeps: number): number {
  return COROUTINES * (sleeps + 1);
}

/** A hundred coroutines on one simulated host, each sleeping and resuming. */
export async function sleepInSimulation(sleeps: number): Promise<void> {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.addHost('host');
  const clock = simulation.clock(host);
  for (let index = 0; index < COROUTINES; index++) {
    simulation.start(host, async () => {
      for (let count = 0; count < sleeps; count++) await clock.sleep(1 + (index % 7));
    });
  }
  await simulation.run();
  if (simulation.eventCount !== eventsOf(sleeps)) throw new Error(`${simulation.eventCount} events happened`);
}

/** The same hundred under @sinonjs/fake-timers, driven by runAllAsync. */
export async function sleepUnderFakeTimers(sleeps: number): Promise<void> {
  const clock = FakeTimers.createClock(0, eventsOf(sleeps) * 2);
  let resumed = 0;
  for (let index = 0; index < COROUTINES; index++) {
    void (async () => {
      for (let count = 0; count < sleeps; count++) {
        await new Promise<void>((resolve) => clock.setTimeout(() => resolve(), 1 + (index % 7)));
        resumed++;
      }
    })();
  }
  await clock.runAllAsync();
  if (resumed !== COROUTINES * sleeps) throw new Error(`${resumed} sleeps ended`);
}
