import type { Host } from '../simulation/host.ts';
import { DATA_CENTRE, type Latency } from '../simulation/network.ts';
import { openCalls } from '../simulation/remote-calls.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { LogBroker } from './broker.ts';

/** What the broker's CPU spends on a request, and a client's on taking the answer off the socket, in µs. */
const REQUEST_US = 10;
const CLIENT_ANSWER_US = 2;

/** What a client asks of the broker: runs there, and answers now or later. What it throws is the answer, too. */
export type LogRequest<T> = (broker: LogBroker, answer: (value: T) => void) => void;

/** The client's end of a connection. A request whose answer is late holds up no other. */
export interface LogConnection {
  /** Never settles once the client's host has died. */
  call<T>(request: LogRequest<T>): Promise<T>;
}

/** A log broker on a host of the simulation: requests travel, queue for its CPU, and time is the host's own. */
export class LogNode {
  readonly host: Host;
  readonly broker: LogBroker;
  readonly #simulation: Simulation;
  readonly #latency: Latency;
  /** How many connections each host has opened. */
  readonly #connections = new Map<Host, number>();

  constructor(simulation: Simulation, host: Host, latency: Latency = DATA_CENTRE) {
    this.host = host;
    this.#simulation = simulation;
    this.#latency = latency;
    this.broker = new LogBroker((ms, callback) => simulation.timer(host.trueDurationUs(ms), host, callback));
  }

  /** Opens a connection from a host. It takes no time, and lasts as long as the host lives. */
  connect(from: Host): LogConnection {
    const count = this.#connections.get(from) ?? 0;
    this.#connections.set(from, count + 1);
    const { call } = openCalls(this.#simulation, from, this.host, {
      latency: this.#latency,
      stream: this.#simulation.random(`log-connection-${from.name}-${count}`),
      callUs: REQUEST_US,
      answerUs: CLIENT_ANSWER_US,
    });
    return { call: (request) => call((answer) => request(this.broker, answer)) };
  }
}
