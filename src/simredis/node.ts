import { Fifo } from '../simulation/fifo.ts';
import type { Host } from '../simulation/host.ts';
import { DATA_CENTRE, type Latency } from '../simulation/network.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { Interference, RequestFate } from './interference.ts';
import { type Connection, Link, type LinkedNode, type Outgoing, type Outlet, type Receiver } from './link.ts';
import { RedisServer } from './server.ts';
import type { Session } from './session.ts';

/** What Redis's one CPU spends, in µs. The defaults make a server that saturates near 100,000 commands a second. */
export interface ServiceTimes {
  /** A command, reading and answering the socket included. */
  readonly commandUs: number;
  /** Each redis.call of a script, on top of the script's own command. */
  readonly scriptCallUs: number;
  /** Commands that cost otherwise, by lower-case name. */
  readonly byCommand?: Readonly<Record<string, number>>;
}

export const DEFAULT_SERVICE_TIMES: ServiceTimes = { commandUs: 10, scriptCallUs: 2 };

/** A Redis server on a host of the simulation: calls queue for its one CPU, and time is the host's own. */
export class RedisNode implements LinkedNode {
  readonly host: Host;
  readonly server: RedisServer;
  readonly simulation: Simulation;
  readonly latency: Latency;
  readonly links = new Set<Link>();
  isUp = true;
  /** Asked of every connection that is opened from then on. */
  interference: Interference | undefined;
  readonly #times: ServiceTimes;
  /** How many connections each host has opened. */
  readonly #connections = new Map<Host, number>();
  /** Replies that the call under way has caused: they leave when its service time is over. */
  readonly #outbox = new Fifo<Outgoing>();
  /** Where each of them goes. */
  readonly #recipients = new Fifo<Outlet>();

  constructor(
    simulation: Simulation,
    host: Host,
    options: { readonly serviceTimes?: ServiceTimes; readonly latency?: Latency } = {},
  ) {
    this.host = host;
    this.simulation = simulation;
    this.#times = options.serviceTimes ?? DEFAULT_SERVICE_TIMES;
    this.latency = options.latency ?? DATA_CENTRE;
    const dice = simulation.random('redis');
    this.server = new RedisServer(
      () => host.clockUs(simulation.nowUs),
      {
        at: (timeUs, callback) => {
          const delayUs = host.trueDurationUs((timeUs - host.clockUs(simulation.nowUs)) / 1000);
          return simulation.timer(delayUs, host, () => {
            callback();
            this.flush();
          });
        },
      },
      (below) => dice.integer(below),
    );
  }

  /** Opens a connection from a host. */
  connect(from: Host, receiver: Receiver): Connection {
    const count = this.#connections.get(from) ?? 0;
    this.#connections.set(from, count + 1);
    const stream = this.simulation.random(`connection-${from.name}-${count}`);
    return new Link(this, from, receiver, stream, this.interference?.(from));
  }

  /**
   * The server dies, or another takes its place: every connection is reset, with what was under way on it, and every blocked call is
   * over. Its data and scripts are as they were.
   */
  cutOff(): void {
    for (const link of [...this.links]) link.breakOff(true);
  }

  serve(session: Session, argv: readonly string[], fate?: RequestFate): void {
    const scriptCallsBefore = this.server.scriptCallsRun;
    if (fate?.error === undefined) this.server.receive(session, argv);
    else if (this.server.refuse(session, argv, fate.error)) fate.struck?.();
    const { commandUs, scriptCallUs, byCommand } = this.#times;
    const ownUs = byCommand?.[(argv[0] as string).toLowerCase()] ?? commandUs;
    const scriptUs = scriptCallUs * (this.server.scriptCallsRun - scriptCallsBefore);
    if (fate?.slowUs !== undefined) fate.struck?.();
    this.simulation.compute(this.host, ownUs + scriptUs + (fate?.slowUs ?? 0));
    this.flush();
  }

  put(outlet: Outlet, outgoing: Outgoing): void {
    this.#outbox.push(outgoing);
    this.#recipients.push(outlet);
  }

  /** What the call under way has caused leaves when its service time is over. */
  flush(): void {
    const departUs = Math.max(this.simulation.nowUs, this.host.busyUntilUs);
    while (this.#outbox.length > 0) this.#recipients.shift().send(this.#outbox.shift(), departUs);
  }
}
