import { Fifo } from '../simulation/fifo.ts';
import type { Host } from '../simulation/host.ts';
import { Channel, DATA_CENTRE, type Latency } from '../simulation/network.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { Reply } from './reply.ts';
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

/** What taking a reply off the socket costs a client's CPU, in µs. */
const CLIENT_REPLY_US = 2;

/** The client's end of a connection: calls go in, replies and published messages come out, in order. */
export interface Connection {
  send(argv: readonly string[]): void;
  close(): void;
}

export interface Receiver {
  onReply(reply: Reply): void;
  onPush(message: Reply): void;
}

/** A published message, which travels among the replies. */
class Pushed {
  readonly message: Reply;
  constructor(message: Reply) {
    this.message = message;
  }
}

type Outgoing = Reply | Pushed;

/** A Redis server on a host of the simulation: calls queue for its one CPU, and time is the host's own. */
export class RedisNode {
  readonly host: Host;
  readonly server: RedisServer;
  readonly #simulation: Simulation;
  readonly #times: ServiceTimes;
  readonly #latency: Latency;
  /** How many connections each host has opened. */
  readonly #connections = new Map<Host, number>();
  /** Replies that the call under way has caused: they leave when its service time is over. */
  readonly #outbox = new Fifo<Outgoing>();
  /** Where each of them goes. */
  readonly #recipients = new Fifo<Channel<Outgoing>>();

  constructor(
    simulation: Simulation,
    host: Host,
    options: { readonly serviceTimes?: ServiceTimes; readonly latency?: Latency } = {},
  ) {
    this.host = host;
    this.#simulation = simulation;
    this.#times = options.serviceTimes ?? DEFAULT_SERVICE_TIMES;
    this.#latency = options.latency ?? DATA_CENTRE;
    const dice = simulation.random('redis');
    this.server = new RedisServer(
      () => host.clockUs(simulation.nowUs),
      {
        at: (timeUs, callback) => {
          const delayUs = host.trueDurationUs((timeUs - host.clockUs(simulation.nowUs)) / 1000);
          return simulation.timer(delayUs, host, () => {
            callback();
            this.#flush();
          });
        },
      },
      (below) => dice.integer(below),
    );
  }

  /** Opens a connection from a host. It takes no time: the runs that matter have theirs open. */
  connect(from: Host, receiver: Receiver): Connection {
    const count = this.#connections.get(from) ?? 0;
    this.#connections.set(from, count + 1);
    const stream = this.#simulation.random(`connection-${from.name}-${count}`);
    const back = new Channel<Outgoing>(this.#simulation, from, {
      latency: this.#latency,
      stream,
      receiveCostUs: CLIENT_REPLY_US,
      receive: (outgoing) => {
        if (outgoing instanceof Pushed) receiver.onPush(outgoing.message);
        else receiver.onReply(outgoing);
      },
    });
    const session = this.server.connect(
      (reply) => this.#put(back, reply),
      (message) => this.#put(back, new Pushed(message)),
    );
    const forth = new Channel<readonly string[]>(this.#simulation, this.host, {
      latency: this.#latency,
      stream,
      receive: (argv) => this.#serve(session, argv),
    });
    const close = () => {
      from.onCrash.delete(close);
      forth.close();
      back.close();
      // The server learns of it as of any message: one way later.
      this.#simulation.after(this.#latency.baseUs, this.host, () => this.server.disconnect(session), undefined);
    };
    from.onCrash.add(close);
    return { send: (argv) => forth.send(argv), close };
  }

  #serve(session: Session, argv: readonly string[]): void {
    const scriptCallsBefore = this.server.scriptCallsRun;
    this.server.receive(session, argv);
    const { commandUs, scriptCallUs, byCommand } = this.#times;
    const ownUs = byCommand?.[(argv[0] as string).toLowerCase()] ?? commandUs;
    this.#simulation.compute(this.host, ownUs + scriptCallUs * (this.server.scriptCallsRun - scriptCallsBefore));
    this.#flush();
  }

  #put(channel: Channel<Outgoing>, outgoing: Outgoing): void {
    this.#outbox.push(outgoing);
    this.#recipients.push(channel);
  }

  #flush(): void {
    const departUs = Math.max(this.#simulation.nowUs, this.host.busyUntilUs);
    while (this.#outbox.length > 0) this.#recipients.shift().send(this.#outbox.shift(), departUs);
  }
}
