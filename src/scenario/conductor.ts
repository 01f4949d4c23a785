import type { Observer } from '../engine/ports.ts';
import type { RedisNode } from '../simredis/node.ts';
import type { Chooser } from '../simulation/choice-queue.ts';
import type { Host } from '../simulation/host.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { Fate } from './fate.ts';

/** The run that a conductor leads. */
export interface Stage {
  readonly simulation: Simulation;
  readonly redis: RedisNode;
  readonly fate: Fate;
  /** By name; none yet. */
  readonly machines: ReadonlyMap<string, Host>;
}

/** Leads a run of the simulation step by step, and sees all that it does. */
export interface Conductor {
  readonly chooser: Chooser;
  /** Before anything is on the stage but Redis. */
  begin(stage: Stage): void;
  /** The observer of what a machine reports. */
  reporting(host: Host, observe: Observer): Observer;
  /** Machines are about to hear that the run is over. */
  windUp(): void;
  /** Nothing happens any more. */
  end(): void;
}
