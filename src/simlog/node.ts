import type { Host } from '../simulation/host.ts';
import { Channel, DATA_CENTRE, type Latency } from '../simulation/network.ts';
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
    const simulation = this.#simulation;
    const latency = this.#latency;
    const count = this.#connections.get(from) ?? 0;
    this.#connections.set(from, count + 1);
    const stream = simulation.random(`log-connection-${from.name}-${count}`);
    const receive = (message: () => void) => message();
    const back = new Channel(simulation, from, { latency, stream, receive, receiveCostUs: CLIENT_ANSWER_US });
    const forth = new Channel(simulation, this.host, { latency, stream, receive, receiveCostUs: REQUEST_US });
    from.onCrash.add(() => {
      forth.close();
      back.close();
    });
    const answer = (settle: () => void) => back.send(settle, Math.max(simulation.nowUs, this.host.busyUntilUs));
    return {
      call: (request) =>
        new Promise((resolve, reject) => {
          forth.send(() => {
            try {
              request(this.broker, (value) => answer(() => resolve(value)));
            } catch (error) {
              answer(() => reject(error));
            }
          });
        }),
    };
  }
}
