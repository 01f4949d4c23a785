import type { EngineEvent, EventKind, EventOf } from '../../../src/engine/events.ts';
import { type JobStore, MemoryJobStore } from '../../../src/engine/runners/job-store.ts';
import { DEFAULT_TRAITS, type RunnerContext, type RunnerTask } from '../../../src/engine/runners/runner.ts';
import { RandomStream } from '../../../src/simulation/random-stream.ts';
import { random } from '../../../src/simulation/schedules/random.ts';
import { simulatedMemory } from '../../../src/simulation/shared-memory.ts';
import { Simulation } from '../../../src/simulation/simulation.ts';

/** A simulated process: what a runner is made from, and all that it reported. */
export interface Process extends RunnerContext {
  readonly events: EngineEvent[];
  of<K extends EventKind>(kind: K): EventOf<K>[];
  sleep(ms: number): Promise<void>;
}

/** Runs code in a simulated process, under a random schedule of its goroutines. What it throws fails the test. */
export async function inProcess(
  main: (process: Process) => Promise<void>,
  { seed = 1, store = new MemoryJobStore() }: { readonly seed?: number; readonly store?: JobStore } = {},
): Promise<void> {
  const simulation = new Simulation({
    seed,
    schedule: random(new RandomStream(seed, 'schedule')),
    eventsMax: 1_000_000,
  });
  const host = simulation.addHost('app-1');
  const clock = simulation.clock(host);
  const events: EngineEvent[] = [];
  let ended = false;
  simulation.start(host, async () => {
    await main({
      name: 'runner',
      process: 'app-1',
      clock,
      random: simulation.random('app-1'),
      memory: simulatedMemory(() => clock.sleep(0)),
      store,
      restore: (id) => task(id, () => clock.sleep(10)),
      observe: (event) => events.push(event),
      events,
      of: <K extends EventKind>(kind: K) =>
        events.filter((event): event is EventOf<K> => (event as EngineEvent).kind === kind),
      sleep: (ms) => clock.sleep(ms),
    });
    ended = true;
  });
  await simulation.run();
  if (!ended) throw new Error('the process still waits for something that nobody does');
}

export function task(
  id: string,
  run: (signal: AbortSignal | undefined) => Promise<void> = async () => {},
  more: Partial<RunnerTask> = {},
): RunnerTask {
  return { id, type: 'task', traits: DEFAULT_TRAITS, run, ...more };
}

/** The tasks that an event of a kind names, in order. */
export function names(events: readonly { readonly task: string }[]): string[] {
  return events.map((event) => event.task);
}
