import type { Machine, World } from './backend.ts';
import { type HandlerFault, isHandlerFault } from './fault.ts';

/** Strikes the handlers of a run: counts how often each task's has run, over all machines. */
export class HandlerFaults {
  readonly #world: World;
  readonly #byTask = new Map<string, { runs: number; readonly faults: HandlerFault[] }>();

  constructor(world: World) {
    this.#world = world;
    for (const fault of world.faults) {
      if (!isHandlerFault(fault)) continue;
      const known = this.#byTask.get(fault.task);
      if (known === undefined) this.#byTask.set(fault.task, { runs: 0, faults: [fault] });
      else known.faults.push(fault);
    }
  }

  get isEmpty(): boolean {
    return this.#byTask.size === 0;
  }

  /** The task's handler begins: throws, hangs, or keeps the machine's CPU, where that is its fate. */
  async strike(task: string, { clock, compute }: Pick<Machine, 'clock' | 'compute'>): Promise<void> {
    const fated = this.#byTask.get(task);
    if (fated === undefined) return;
    fated.runs++;
    for (const fault of fated.faults) {
      if ((fault.nth ?? 1) !== fated.runs) continue;
      this.#world.onEvent({ kind: 'fault', fault });
      if (fault.kind === 'handler-throws') throw new Error(`${task} throws, as fated`);
      if (fault.kind === 'handler-hangs') await new Promise<never>(() => {});
      if (fault.kind !== 'handler-blocks') continue;
      compute?.(fault.forMs);
      // What it does next waits for the CPU, as everything else on the machine.
      await clock.sleep(0);
    }
  }
}
