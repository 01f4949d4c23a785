import { expect } from 'vitest';
import type { LogClient, LogConsumer, LogRecord } from '../../src/engine/log-client.ts';
import type { Clock } from '../../src/engine/ports.ts';
import { SimLogClient } from '../../src/simlog/client.ts';
import { LogNode } from '../../src/simlog/node.ts';
import type { Host } from '../../src/simulation/host.ts';
import { Simulation } from '../../src/simulation/simulation.ts';

export interface LogMachine {
  readonly log: LogClient;
  readonly clock: Clock;
}

/** A simulated broker, and hosts whose code uses it. One way takes 100 µs, without jitter. */
export class LogLab {
  readonly simulation = new Simulation({ seed: 1 });
  readonly node = new LogNode(this.simulation, this.simulation.addHost('log'), { baseUs: 100, jitterUs: 0 });
  #open = 0;

  get nowMs(): number {
    return this.simulation.nowUs / 1000;
  }

  /** Runs code on a host of its own, which `run` waits for. */
  start(name: string, main: (machine: LogMachine) => Promise<void>): Host {
    const host = this.simulation.addHost(name);
    this.#open++;
    this.simulation.start(host, async () => {
      const clock = this.simulation.clock(host);
      await main({ log: new SimLogClient(() => this.node.connect(host), clock), clock });
      this.#open--;
    });
    return host;
  }

  /** The host dies; nobody waits for its code any more. */
  crash(host: Host): void {
    this.#open--;
    this.simulation.crash(host);
  }

  async run(): Promise<void> {
    await this.simulation.run();
    expect(this.#open).toBe(0);
  }
}

export async function inLab(main: (machine: LogMachine, lab: LogLab) => Promise<void>): Promise<LogLab> {
  const lab = new LogLab();
  lab.start('app', (machine) => main(machine, lab));
  await lab.run();
  return lab;
}

/** Joins group `g` of topic `t`. */
export function join(log: LogClient, member: string, sessionMs = 45_000): Promise<LogConsumer> {
  return log.join('t', 'g', member, { sessionMs });
}

export const values = (records: readonly LogRecord[]) => records.map(({ value }) => value);
