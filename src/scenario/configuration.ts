import type { Observer } from '../engine/ports.ts';
import type { World } from './backend.ts';
import type { FaultOf } from './fault.ts';

/** What one host believes the limits are: those of the workload, but for what is misconfigured. */
export class Configuration {
  readonly #world: World;
  readonly #faults: readonly FaultOf<'misconfigured'>[];

  constructor(world: World, host: string) {
    this.#world = world;
    this.#faults = world.faults
      .filter((fault) => fault.kind === 'misconfigured')
      .filter((fault) => fault.host === host);
  }

  /** @param limit what all others have; undefined: none */
  limitOf(type: string, limit: number | undefined): number | undefined {
    const fault = this.#faults.find((other) => other.type === type);
    if (fault === undefined) return limit;
    this.#world.onEvent({ kind: 'fault', fault });
    return fault.limit === 0 ? undefined : fault.limit;
  }

  /** The host's limit is no news of what the limit is. */
  observer(observe: Observer): Observer {
    if (this.#faults.length === 0) return observe;
    return (event) => {
      if (event.kind !== 'limit-changed' || !this.#faults.some(({ type }) => type === event.type)) observe(event);
    };
  }
}
